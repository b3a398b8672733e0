import type { NetworkFailure } from '../kit/network-errors.js';
import type { ErrorCode } from '../model/error-codes.js';
import { RegadmError } from '../model/errors.js';

/** The kinds of failure that regadm handles differently. */
export type FailureKind = NetworkFailure | 'tls-port' | 'proxy' | 'redirect' | 'answer';

interface RegistryErrorOptions {
  code: ErrorCode;
  /** Scheme, host, port and path of the request; no credentials. */
  url: string;
  suggestions?: string[];
  kind?: FailureKind;
  /** HTTP status, if there was a response. */
  status?: number;
  /** The registry's own code (`UNAUTHORIZED`, `UNSUPPORTED`, `BLOB_UNKNOWN`, …). */
  registryCode?: string;
  cause?: unknown;
}

/** A failed request to a registry. The message is one line: `error communicating with registry: URL: what happened`. */
export class RegistryError extends RegadmError {
  readonly url: string;
  readonly kind: FailureKind;
  /** What happened, without the prefix and the URL. */
  readonly what: string;
  readonly status?: number;
  readonly registryCode?: string;

  constructor(what: string, options: RegistryErrorOptions) {
    super(`error communicating with registry: ${options.url}: ${what}`, options);
    this.name = 'RegistryError';
    this.what = what;
    this.url = options.url;
    this.kind = options.kind ?? 'other';
    this.status = options.status;
    this.registryCode = options.registryCode;
  }
}

/** Returns true if the registry does not accept the login. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof RegistryError && error.status === 401;
}

/** Statuses of a registry, or a proxy before it, that cannot answer now: too many requests, or not available. */
const UNAVAILABLE = new Set([429, 502, 503, 504]);

/** Returns true for an error that concerns the registry as a whole, and not only what was requested. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof RegistryError) || error.kind !== 'answer') return true;
  return error.status === undefined || UNAVAILABLE.has(error.status);
}

/** True if a request failed for the registry's reasons, not because of the object: the next one would fail, too. */
export function isRegistryFailure(error: unknown): boolean {
  if (!(error instanceof RegistryError)) return false;
  const { kind, status = 0 } = error;
  return kind !== 'answer' || [401, 403, 429].includes(status) || status >= 500;
}
