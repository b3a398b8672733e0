import { readFile } from 'node:fs/promises';
import { parseAuthorities } from '../core/kit/certificates.js';
import { usageError, type RegadmError } from '../core/model/errors.js';

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
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw invalid(`cannot read ${file}: ${readProblem(error)}`);
  });
  const found = parseAuthorities(content);
  if ('problem' in found) throw invalid(`${file} ${found.problem}`);
  return found.certificates;
}

function readProblem({ code }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'permission denied';
  return code === 'EISDIR' ? 'it is a directory' : (code ?? 'unknown error');
}
