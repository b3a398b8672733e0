import type { Cluster } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { parseAuthorities } from '../../kit/certificates.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { KUBECONFIG_ADVICE } from '../../model/kubeconfig-advice.js';

/** The certificate authority of a cluster as client-node reads it: base64 of PEM. */
interface Authority {
  caData?: string;
  caFile?: string;
}

/**
 * Reads the certificate authority of a cluster, before anything is sent. OpenSSL ignores what is not a certificate, and
 * the error would be about the server's certificate.
 * @throws RegadmError KUBECONFIG_INVALID that names the file
 */
export function authorityOf({ caData, caFile, skipTLSVerify, server }: Cluster): Authority {
  const content = caData ? Buffer.from(caData, 'base64') : caFile ? readAuthority(caFile) : undefined;
  if (content === undefined || skipTLSVerify || /^http:/i.test(server)) return {};
  const found = parseAuthorities(content);
  if ('problem' in found) throw unusable(caData ? 'certificate-authority-data' : caFile!, found.problem);
  return { caData: Buffer.from(found.certificates.join('\n')).toString('base64'), caFile: undefined };
}

function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new RegadmError(
      `cannot read the certificate authority of the kubeconfig: ${reason}${reason.includes(file) ? '' : `: ${file}`}`,
      { code: 'KUBECONFIG_INVALID', suggestions: [KUBECONFIG_ADVICE.authority], cause },
    );
  }
}

function unusable(what: string, problem: string): RegadmError {
  return new RegadmError(`the certificate authority of the kubeconfig cannot be used: ${what} ${problem}`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: [KUBECONFIG_ADVICE.authority],
  });
}
