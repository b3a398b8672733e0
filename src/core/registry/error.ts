import type { ErrorCode } from '../model/error-codes.js';
import { RegadmError } from '../model/errors.js';

/** The families of failure that regadm acts upon; everything else is `other`. */
export type FailureKind =
  | 'plain-http'
  | 'tls-port'
  | 'certificate'
  | 'handshake'
  | 'not-found'
  | 'refused'
  | 'timeout'
  | 'no-route'
  | 'closed'
  | 'malformed'
  | 'proxy'
  | 'redirect'
  | 'answer'
  | 'other';

export interface RegistryErrorOptions {
  code: ErrorCode;
  /** Scheme, host, port and path of what was asked for; no credentials. */
  url: string;
  suggestions?: string[];
  kind?: FailureKind;
  /** The HTTP status, where there was an answer. */
  status?: number;
  /** The registry's own code (`UNAUTHORIZED`, `UNSUPPORTED`, `BLOB_UNKNOWN`, …). */
  registryCode?: string;
  cause?: unknown;
}

/** What went wrong between regadm and a registry, in one line: `error communicating with registry: URL: what happened`. */
export class RegistryError extends RegadmError {
  readonly url: string;
  readonly kind: FailureKind;
  /** What happened, without the words before it. */
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
