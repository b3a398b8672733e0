import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { messageOf, usageError } from '../model/errors.js';

export interface TrustOptions {
  /** `--certificate-authority`. */
  certificateAuthority?: string;
  /** The kubeconfig's authority, PEM. */
  clusterCa?: string | Buffer;
  /** In a pod, the service CA file of the service account; may be absent. */
  serviceCaFile?: string;
  env?: NodeJS.ProcessEnv;
}

/** Where distributions keep their authorities, as Go looks for them. @see https://go.dev/src/crypto/x509/root_linux.go */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities that a registry's certificate is checked against: the system's, the kubeconfig's, `--certificate-authority`
 * and the service CA.
 * @throws RegadmError (USAGE) when the flag's file cannot be read or is no PEM
 */
export async function loadTrust(options: TrustOptions): Promise<tls.SecureContext> {
  const own = options.certificateAuthority ? [await readFlagFile(options.certificateAuthority)] : [];
  const cluster = options.clusterCa ? certificatesOf(String(options.clusterCa)) : [];
  const service = options.serviceCaFile ? certificatesOf((await readIfThere(options.serviceCaFile)) ?? '') : [];
  return tls.createSecureContext({
    ca: [...(await systemAuthorities(options.env ?? process.env)), ...own.flat(), ...cluster, ...service],
    // As Go does it: a certificate that is named as an authority is one, also when another one signed it.
    allowPartialTrustChain: true,
  });
}

async function readFlagFile(file: string): Promise<string[]> {
  const hint = ["pass a PEM file with the certificate of the authority that signed the registry's certificate"];
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(`--certificate-authority: cannot read ${file}: ${reason(error)}`, hint);
  });
  const blocks = certificatesOf(text);
  if (blocks.length === 0) throw usageError(`--certificate-authority: ${file} holds no certificate in PEM form`, hint);
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch (error) {
      throw usageError(
        `--certificate-authority: ${file} holds a certificate that cannot be read: ${messageOf(error)}`,
        hint,
      );
    }
  }
  return blocks;
}

function reason(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'no such file';
  if (error.code === 'EACCES') return 'permission denied';
  return error.code === 'EISDIR' ? 'it is a directory' : (error.code ?? 'it cannot be read');
}

async function systemAuthorities(env: NodeJS.ProcessEnv): Promise<string[]> {
  const extra = env.NODE_EXTRA_CA_CERTS ? ((await readIfThere(env.NODE_EXTRA_CA_CERTS)) ?? '') : '';
  for (const file of env.SSL_CERT_FILE ? [env.SSL_CERT_FILE] : SYSTEM_FILES) {
    const text = await readIfThere(file);
    // The bundle goes to OpenSSL in one piece: 140 pieces take longer to load.
    if (text?.includes('-----BEGIN')) return extra ? [text, extra] : [text];
  }
  return [...tls.rootCertificates, ...(extra ? [extra] : [])];
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function certificatesOf(text: string): string[] {
  return text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? [];
}
