import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { certificatesIn } from '../kit/certificates.js';
import { certificateProblem, networkFailure } from '../kit/network-errors.js';

interface TrustOptions {
  /** Certificates that the user named as authorities, PEM. */
  authorities?: readonly string[];
  /** Authority of the kubeconfig, PEM. */
  clusterCa?: string | Buffer;
  /** Service CA file of the service account, in a pod; it does not have to exist. */
  serviceCaFile?: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * Files in which distributions store the system's authorities, in Go's order.
 * @see https://go.dev/src/crypto/x509/root_linux.go
 */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities that verify a server's certificate. OpenSSL needs 20 to 60 ms for those of the system, so they are
 * loaded only if a server needs them.
 */
export class Trust {
  private whole: tls.SecureContext | undefined;

  constructor(
    private readonly system: readonly string[],
    private readonly named: readonly string[],
  ) {}

  /** All authorities. */
  get all(): tls.SecureContext {
    this.whole ??= contextOf([...this.system, ...this.named]);
    return this.whole;
  }

  /** Without the system's authorities; undefined if no others are named. */
  get withoutSystem(): tls.SecureContext | undefined {
    return this.named.length === 0 ? undefined : contextOf(this.named);
  }
}

function contextOf(ca: readonly string[]): tls.SecureContext {
  // As in Go, a named certificate is an authority even if another certificate signed it.
  return tls.createSecureContext({ ca: [...ca], allowPartialTrustChain: true });
}

/** Returns true if other authorities can verify a certificate. */
export function isUnverified(error: unknown): boolean {
  return networkFailure(error) === 'certificate' && certificateProblem(error) !== 'other-name';
}

/**
 * Collects the authorities that verify a registry's certificate: the system's, the user's, the kubeconfig's and the
 * service CA.
 */
export async function loadTrust(options: TrustOptions): Promise<Trust> {
  const cluster = options.clusterCa ? certificatesIn(String(options.clusterCa)) : [];
  const service = options.serviceCaFile ? certificatesIn((await readIfPresent(options.serviceCaFile)) ?? '') : [];
  const named = [...(options.authorities ?? []), ...cluster, ...service];
  return new Trust(await systemAuthorities(options.env ?? process.env), named);
}

async function systemAuthorities(env: NodeJS.ProcessEnv): Promise<string[]> {
  const extra = env.NODE_EXTRA_CA_CERTS ? ((await readIfPresent(env.NODE_EXTRA_CA_CERTS)) ?? '') : '';
  for (const file of env.SSL_CERT_FILE ? [env.SSL_CERT_FILE] : SYSTEM_FILES) {
    const text = await readIfPresent(file);
    // OpenSSL loads one bundle faster than its 140 certificates one by one.
    if (text?.includes('-----BEGIN')) return extra ? [text, extra] : [text];
  }
  return [...tls.rootCertificates, ...(extra ? [extra] : [])];
}

async function readIfPresent(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
