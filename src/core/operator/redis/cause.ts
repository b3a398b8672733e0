import { networkFailure, type NetworkFailure } from '../../kit/network-errors.js';
import { messageOf } from '../../model/errors.js';

/** Words for failures whose own message is only a code of the system. */
const WORDS: Partial<Record<NetworkFailure, string>> = {
  refused: 'connection refused',
  'not-found': 'host not found',
  'no-route': 'no route to host',
  timeout: 'timed out: no response in time',
  closed: 'the server closed the connection',
  'plain-http': 'the server does not speak TLS',
};

/** Message of the system's own errors: `connect ECONNREFUSED 127.0.0.1:6379`. */
const SYSTEM_MESSAGE = /^(?:Error: )?\w+ (E[A-Z_]+)\b/;

/**
 * Describes an error of a connection. A host with several addresses fails with one error per address and no message of
 * its own.
 */
export function causeOf(error: unknown): string {
  const { errors } = error as { errors?: unknown };
  if (Array.isArray(errors) && errors.length > 0) return [...new Set(errors.map(causeOf))].join('; ');
  const message = messageOf(error);
  const [, code] = SYSTEM_MESSAGE.exec(message) ?? [];
  const words = code === undefined ? undefined : WORDS[networkFailure(error)];
  return words === undefined ? message : `${words} (${code})`;
}

/** True if there was no connection, so that the address can be wrong. */
export function isAway(error: unknown): boolean {
  return ['refused', 'not-found', 'no-route', 'timeout'].includes(networkFailure(error));
}
