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
