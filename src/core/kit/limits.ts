/** Limits for what servers send, whatever they send: every run ends, and memory is bounded (docs/safety.md). */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Maximum size of the body of an error response that is read, in bytes: a Status or a registry's error is short. */
export const ERROR_BODY_LIMIT_BYTES = 64 * KIB;
/** Maximum attempts of a request, the first one included. */
export const MAX_ATTEMPTS = 6;
/** Maximum redirects that are followed for one request. */
export const MAX_REDIRECTS = 5;
/** Maximum size of a manifest, in bytes: registries accept no larger ones. */
export const MANIFEST_LIMIT_BYTES = 4 * MIB;
/**
 * Maximum size of one object of the API, in bytes, after decompression. etcd accepts 1.5 MiB, so only a broken or
 * hostile server sends more.
 * @see https://etcd.io/docs/latest/dev-guide/limit/
 */
export const OBJECT_LIMIT_BYTES = 16 * MIB;
/** Maximum size of any other response, a page of a list included, in bytes, after decompression. */
export const RESPONSE_LIMIT_BYTES = 64 * MIB;

/** Time limits of one attempt of a request. */
export interface AttemptLimits {
  /** Time until the head of the response is complete, in ms. */
  headMs: number;
  /** Time without a byte of the body, in ms. */
  idleMs: number;
  /** Period over which the transfer rate of the body is measured, in ms. */
  rateWindowMs: number;
  /** Minimum transfer rate of the body, in bytes per second. */
  minimumRate: number;
}

/** A server that sends nothing for a minute, or less than 1 KiB/s over a minute, is treated as broken. */
export const ATTEMPT_LIMITS: AttemptLimits = {
  headMs: 60_000,
  idleMs: 60_000,
  rateWindowMs: 60_000,
  minimumRate: KIB,
};
