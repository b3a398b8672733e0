import { MAX_ATTEMPTS } from '../../kit/limits.js';

/** Waits of 0.2, 0.6, 1.8, 5.4 and 12 s: about 20 s in all, which outlasts a restart of an API server. */
export const API_RETRY = { tries: MAX_ATTEMPTS, baseMs: 200, factor: 3, maxMs: 12_000 };
/** Maximum attempts of a request that the server does not answer in time. */
export const MAX_TIMEOUTS = 2;
/** Maximum attempts before the first response, so that users do not wait long for a server that does not exist. */
export const FIRST_CONTACT_TRIES = 3;
