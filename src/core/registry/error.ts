import type { NetworkFailure } from '../kit/network-errors.js';
import type { ErrorCode } from '../model/error-codes.js';
import { RegadmError } from '../model/errors.js';

/** The kinds of failure that regadm handles differently. */
export type FailureKind = NetworkFailure | 'tls-port' | 'proxy' | 'redirect' | 'answer';

/** Why no request was sent: a name in its path is not valid, or those before it failed. */
type NotSent = 'invalid-name' | 'unavailable';

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
  /** Set if no request was sent. */
  notSent?: NotSent;
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
  /** Why no request was sent; undefined if one was. */
  readonly notSent?: NotSent;

  constructor(what: string, options: RegistryErrorOptions) {
    super(`error communicating with registry: ${options.url}: ${what}`, options);
    this.name = 'RegistryError';
    this.what = what;
    this.url = options.url;
    this.kind = options.kind ?? 'other';
    this.status = options.status;
    this.registryCode = options.registryCode;
    this.notSent = options.notSent;
  }
}

/** Returns true if the registry does not accept the login. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof RegistryError && error.status === 401;
}

/** Returns true if the registry refuses what was pushed because of its content. */
export function isInvalidContent(error: unknown): boolean {
  return error instanceof RegistryError && error.status === 400;
}

/** Failures of a connection over which no request can have been sent. */
const WITHOUT_REQUEST: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'certificate',
  'handshake',
  'no-route',
  'not-found',
  'plain-http',
  'proxy',
  'refused',
]);

/** Returns true if the registry can have received a request that has failed without a response. */
export function mayHaveArrived(error: unknown): boolean {
  return !(error instanceof RegistryError && WITHOUT_REQUEST.has(error.kind));
}

/** Statuses of proxies and routers that have no registry behind them. */
const AWAY = new Set([502, 503, 504]);

/** Returns true for a status that shows that the registry is not there. */
export function isAway(status: number): boolean {
  return AWAY.has(status);
}

/** Returns true for a status of a request that is refused, by the registry or by something in front of it. */
export function isRefusal(status: number | undefined): boolean {
  return status === 401 || status === 403;
}

/**
 * Returns true for an error that concerns the registry as a whole, so that further reads are pointless. A 401, 403 or
 * 500 can concern one repository only.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof RegistryError) || error.kind !== 'answer') return true;
  return error.status === undefined || error.status === 429 || isAway(error.status);
}

/**
 * Returns true if a deletion failed for the registry's reasons, not because of the object. One such failure can still
 * be caused by a tenant; many of them in several repositories cannot.
 */
export function isRegistryFailure(error: unknown): boolean {
  if (!(error instanceof RegistryError) || error.notSent === 'invalid-name') return false;
  const { kind, status = 0 } = error;
  return kind !== 'answer' || isRefusal(status) || status === 429 || status >= 500;
}

/** Returns true if a request was not sent because those before it failed. */
export function isNotSent(error: unknown): boolean {
  return error instanceof RegistryError && error.notSent === 'unavailable';
}
