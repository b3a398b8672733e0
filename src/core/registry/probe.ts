import { isConnectionError } from '../kit/network-errors.js';
import { retryAfterStatus, withRetry, type Outcome } from '../kit/retry.js';
import { diagnosePlain, diagnoseSecure } from './diagnose.js';
import { failure } from './failure.js';
import type { FailureKind, RegistryError } from './error.js';
import type { Answer, Transport } from './transport.js';
import type { RegistryAddress } from './url.js';
import { isPrivateHost, urlOf } from './url.js';

/** One way to talk to the registry. */
export interface Candidate {
  origin: string;
  verify: boolean;
}

export interface FallbackOptions {
  authorities?: readonly string[];
  forceInsecure: boolean;
  /** True when the kubeconfig has `insecure-skip-tls-verify`. */
  clusterInsecure: boolean;
}

/**
 * Returns why falling back from a verified connection is allowed, for the warning; undefined when it is not allowed. A user
 * who names an authority wants the connection to be verified with it, so that rules out every fallback.
 */
export function allowedFallback(address: RegistryAddress, options: FallbackOptions): string | undefined {
  if (options.authorities?.length) return undefined;
  if (options.forceInsecure) return '--force-insecure';
  if (address.scheme === 'http') return 'http:// in --registry-url';
  if (isPrivateHost(address.host)) return `${address.host} being a private address`;
  return options.clusterInsecure ? "insecure-skip-tls-verify of the kubeconfig's cluster" : undefined;
}

/** Failures of https after which plain http may still be spoken; on a port that speaks TLS it is not. */
const MAY_SPEAK_HTTP = new Set<FailureKind>(['plain-http', 'closed', 'timeout', 'malformed', 'refused']);

export interface ProbeOptions {
  connect(candidate: Candidate): Transport;
  warn(line: string): void;
  /** Why falling back from a verified connection is allowed; undefined when it is not. */
  fallback?: string;
  /** True where requests to an origin go through a proxy. */
  proxied?(origin: string): boolean;
  signal?: AbortSignal;
}

export interface Probed {
  transport: Transport;
  verified: boolean;
}

/**
 * Finds a connection to the registry: verified https first, then, if falling back is allowed, https without verification
 * and plain http. Each fallback is a warning that names what is no longer protected. Sends only `GET /` and `GET /healthz`,
 * without the token.
 * @throws RegistryError of the attempt that explains most
 */
export async function probe(address: RegistryAddress, options: ProbeOptions): Promise<Probed> {
  if (address.scheme === 'http') return probePlain(address, options);
  const secure = { origin: urlOf(address, 'https'), verify: true };
  const first = await attempt(secure, options);
  if (!('error' in first)) return first;
  const error = options.proxied?.(secure.origin) ? first.error : await diagnoseSecure(first.error, secure.origin);
  if (!options.fallback) throw error;
  if (error.kind === 'certificate') {
    const unverified = await attempt({ ...secure, verify: false }, options);
    if ('error' in unverified) throw unverified.error;
    options.warn(
      `the certificate of ${secure.origin} is not verified (${error.what}): whoever answers there gets the token; allowed by ${options.fallback}`,
    );
    return unverified;
  }
  const samePort = address.port !== undefined && error.kind === 'refused';
  if (address.scheme === 'https' || samePort || !MAY_SPEAK_HTTP.has(error.kind)) throw error;
  return probePlain(address, options, error);
}

async function probePlain(address: RegistryAddress, options: ProbeOptions, before?: RegistryError): Promise<Probed> {
  const origin = urlOf(address, 'http');
  const found = await attempt({ origin, verify: false }, options);
  if ('error' in found) {
    const error = options.proxied?.(origin) ? found.error : await diagnosePlain(found.error, origin);
    const answered = ['answer', 'redirect', 'malformed'].includes(error.kind);
    throw before && !answered ? before : error;
  }
  options.warn(
    `the connection to ${origin} is not encrypted${before ? ` (https: ${before.what})` : ''}: whoever is on the way can read the token; allowed by ${options.fallback}`,
  );
  return found;
}

async function attempt(candidate: Candidate, options: ProbeOptions): Promise<Probed | { error: RegistryError }> {
  const transport = options.connect(candidate);
  try {
    await ping(transport, options.signal);
    return { transport, verified: candidate.verify };
  } catch (error) {
    await transport.close();
    if (options.signal?.aborted) throw error;
    return { error: error as RegistryError };
  }
}

/** `GET /`, then `GET /healthz`: one of them must answer 200, with no page for people. */
async function ping(transport: Transport, signal?: AbortSignal): Promise<void> {
  const atRoot = await get(transport, '/', signal);
  if (isWell(atRoot)) return;
  const answer = await get(transport, '/healthz', signal);
  if (!isWell(answer)) throw unexpected(transport.origin, atRoot, answer);
}

function get(transport: Transport, path: string, signal?: AbortSignal): Promise<Answer> {
  return withRetry(() => transport.request('GET', path, { signal }), {
    tries: 3,
    baseMs: 100,
    signal,
    retryAfter: probeAgain,
  });
}

/** A server that does not answer in time has had its time; retrying a few others costs half a second. */
function probeAgain(outcome: Outcome<Answer>): number | undefined {
  if ('value' in outcome) {
    const wait = retryAfterStatus(outcome.value.status, outcome.value.headers['retry-after']);
    return wait === undefined ? undefined : Math.min(wait, 5_000);
  }
  const kind = (outcome.error as Partial<RegistryError>).kind;
  return isConnectionError(outcome.error) && (kind === 'refused' || kind === 'closed') ? 0 : undefined;
}

function isWell(answer: Answer): boolean {
  return answer.status === 200 && !isHtml(answer);
}

export function isHtml({ headers, text }: Answer): boolean {
  return /^text\/html/i.test(String(headers['content-type'] ?? '')) || /^\s*<(!doctype html|html)/i.test(text);
}

function unexpected(origin: string, root: Answer, health: Answer): RegistryError {
  if (
    health.status === 400 &&
    /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i.test(root.text + health.text)
  ) {
    return failure(
      'tls-port',
      'malformed HTTP response: the server expects HTTPS and was spoken to in plain HTTP',
      origin,
      { status: 400 },
    );
  }
  const url = `${origin}/healthz`;
  if (health.status === 503 && isHtml(health)) {
    return failure(
      'answer',
      'the router answers 503 with an HTML page: no registry pod stands behind this route',
      url,
      {
        status: 503,
        suggestions: ['see whether the registry runs: regadm registry status', 'pass --registry-url'],
      },
    );
  }
  if (isHtml(health) || isHtml(root)) {
    return failure('answer', `answered with an HTML page (status ${health.status}): this is no registry`, url, {
      status: health.status,
    });
  }
  return failure('answer', `unexpected status ${health.status}, and ${root.status} from GET /; 200 was expected`, url, {
    status: health.status,
  });
}
