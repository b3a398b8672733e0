import './reflect.js';
import { webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR = 3_600_000;

export interface Certificate {
  /** PEM. */
  cert: string;
  /** PEM, PKCS #8. */
  key: string;
}

export interface CertificateRequest {
  names: string[];
  addresses: string[];
  notBefore?: Date;
  notAfter?: Date;
}

/** A throwaway certificate authority; its key never leaves the process. */
export interface Authority {
  /** Certificate of the authority, PEM. */
  cert: string;
  issue(request: CertificateRequest): Promise<Certificate>;
}

/** Names and addresses of the sandbox's servers. */
export const LOOPBACK: CertificateRequest = { names: ['localhost'], addresses: ['127.0.0.1', '::1'] };

async function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Imports x509. Dynamic, because reflect.js has to run first even where a bundle evaluates static imports early. */
async function loadX509(): Promise<typeof X509> {
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  return x509;
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  const base64 = Buffer.from(der)
    .toString('base64')
    .replace(/(.{64})(?=.)/g, '$1\n');
  return `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`;
}

/** Creates an authority. The certificates that it issues are valid for 30 days by default. */
export async function createAuthority(name = 'regadm sandbox authority'): Promise<Authority> {
  const x509 = await loadX509();
  const keys = await keyPair();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 24 * HOUR),
    notAfter: new Date(Date.now() + 365 * 24 * HOUR),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  let serial = 1;
  const issue = async (request: CertificateRequest): Promise<Certificate> => {
    const serverKeys = await keyPair();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: (++serial).toString(16).padStart(2, '0'),
      subject: `CN=${request.names[0] ?? 'localhost'}`,
      issuer: root.subject,
      notBefore: request.notBefore ?? new Date(Date.now() - HOUR),
      notAfter: request.notAfter ?? new Date(Date.now() + 30 * 24 * HOUR),
      publicKey: serverKeys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          ...request.names.map((value) => ({ type: 'dns' as const, value })),
          ...request.addresses.map((value) => ({ type: 'ip' as const, value })),
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return { cert: certificate.toString('pem'), key: await privatePem(serverKeys) };
  };
  return { cert: root.toString('pem'), issue };
}
