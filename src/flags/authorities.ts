import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf, usageError, type RegadmError } from '../core/model/errors.js';
import { certificatesIn } from '../core/http/trust.js';

/**
 * Reads the certificates in the file of a flag.
 * @param flag its name, without dashes
 * @param signed what the authority signed, as in `the registry's certificate`
 * @returns PEM
 * @throws RegadmError (USAGE) that names the flag
 */
export async function authoritiesFlag(flag: string, file: string, signed: string): Promise<string[]> {
  const invalid = (problem: string): RegadmError =>
    usageError(`--${flag}: ${problem}`, [
      `pass a PEM file with the certificate of the authority that signed ${signed}`,
    ]);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw invalid(`cannot read ${file}: ${readProblem(error)}`);
  });
  const certificates = certificatesIn(text);
  if (certificates.length === 0) throw invalid(`${file} contains no certificate in PEM format`);
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw invalid(`${file} contains a certificate that cannot be parsed: ${messageOf(error)}`);
    }
  }
  return certificates;
}

function readProblem({ code }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'permission denied';
  return code === 'EISDIR' ? 'it is a directory' : (code ?? 'unknown error');
}
