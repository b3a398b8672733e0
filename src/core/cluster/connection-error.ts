import { codesOf } from '../kit/retry.js';
import { RegadmError, messageOf } from '../model/errors.js';

const CERTIFICATE_ERRORS: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by an unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

const NETWORK_ERRORS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be resolved now',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'no answer in time',
  ECONNRESET: 'the connection was closed before the answer was whole',
  EPIPE: 'the connection was closed before the answer was whole',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks plain HTTP, not HTTPS',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP (is it a TLS port?)',
};

/** What kept us from the API server, in an administrator's words. */
export function connectionError(server: string, error: unknown): RegadmError {
  if (error instanceof RegadmError) return error;
  const [code = ''] = codesOf(error);
  const certificate = CERTIFICATE_ERRORS[code];
  const reason = certificate ?? NETWORK_ERRORS[code] ?? messageOf(error);
  return new RegadmError(`cannot reach the API server at ${server}: ${reason}`, {
    code: certificate ? 'API_UNTRUSTED' : 'API_UNREACHABLE',
    suggestions: certificate
      ? ['check certificate-authority in the kubeconfig; as a last resort --insecure-skip-tls-verify']
      : ['check the server in the kubeconfig (or --server), the network and the proxy settings'],
    cause: error,
  });
}
