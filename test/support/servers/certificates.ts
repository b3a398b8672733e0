import { webcrypto } from 'node:crypto';
import { createAuthority } from '../../../src/sandbox/http/certificates.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** Key and certificate of a TLS server, both PEM. */
export interface ServerIdentity {
  key: string;
  cert: string;
}

export interface CertificateRequest {
  /** Names and addresses that the certificate is valid for. Default: localhost, 127.0.0.1 and ::1. */
  hosts?: string[];
  notBefore?: Date;
  notAfter?: Date;
}

/** A certificate authority of one test. */
export interface Authority {
  /** Its certificate, PEM. */
  cert: string;
  issue(request?: CertificateRequest): Promise<ServerIdentity>;
}

/** Requests a certificate that expired yesterday. */
export const EXPIRED: CertificateRequest = {
  notBefore: new Date(Date.now() - 2 * DAY_MS),
  notAfter: new Date(Date.now() - DAY_MS),
};

/** Creates a certificate authority that no client trusts by default. */
export async function makeAuthority(name = 'test authority'): Promise<Authority> {
  const authority = await createAuthority(name);
  return {
    cert: authority.cert,
    issue: ({ hosts = LOOPBACK, ...validity } = {}) =>
      authority.issue({
        names: hosts.filter((host) => !isAddress(host)),
        addresses: hosts.filter(isAddress),
        ...validity,
      }),
  };
}

/** Creates a self-signed certificate. */
export async function makeSelfSigned(hosts = LOOPBACK): Promise<ServerIdentity> {
  // createAuthority loads what x509 needs before it can be imported.
  await createAuthority();
  const x509 = await import('@peculiar/x509');
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const names = hosts.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value }));
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=self-signed',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension(names)],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { cert: certificate.toString('pem'), key };
}

function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host);
}
