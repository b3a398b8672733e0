import type { User } from '@kubernetes/client-node';
import { X509Certificate, createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseAuthorities } from '../../kit/certificates.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { KUBECONFIG_ADVICE } from '../../model/kubeconfig-advice.js';

/**
 * Checks the client certificate of a user and its key, before anything is sent: OpenSSL's errors name neither.
 * @throws RegadmError KUBECONFIG_INVALID that names the file or the field
 */
export function assertClientCertificate({ certData, certFile, keyData, keyFile }: User): void {
  const certificate = read('client-certificate', certData, certFile);
  const key = read('client-key', keyData, keyFile);
  if (!certificate || !key) return;
  const found = parseAuthorities(certificate.content);
  if ('problem' in found) throw unusable('client-certificate', `${certificate.name} ${found.problem}`);
  const parsed = parseKey(key.content);
  if (typeof parsed === 'string') throw unusable('client-key', `${key.name} ${parsed}`);
  if (!new X509Certificate(found.certificates[0]!).checkPrivateKey(parsed))
    throw unusable('client-key', `${key.name} is not the key of the certificate in ${certificate.name}`);
}

interface Part {
  content: Buffer;
  /** The file, or the field. */
  name: string;
}

function read(field: string, data: string | undefined, file: string | undefined): Part | undefined {
  if (data) return { content: Buffer.from(data, 'base64'), name: `${field}-data` };
  if (!file) return undefined;
  try {
    return { content: readFileSync(file), name: file };
  } catch (cause) {
    throw unusable(field, `cannot read ${file}: ${messageOf(cause).split(',')[0]}`);
  }
}

/** Returns the key, or why it cannot be used, as the end of a sentence about the file. */
function parseKey(content: Buffer): KeyObject | string {
  try {
    return createPrivateKey(content);
  } catch (error) {
    const isEncrypted = /passphrase|interrupted or cancelled/i.test(messageOf(error));
    return isEncrypted
      ? 'is encrypted with a passphrase, for which regadm does not ask'
      : 'contains no private key in PEM format';
  }
}

function unusable(field: string, problem: string): RegadmError {
  return new RegadmError(`the ${field} of the kubeconfig's user cannot be used: ${problem}`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: [KUBECONFIG_ADVICE.clientCertificate(field)],
  });
}
