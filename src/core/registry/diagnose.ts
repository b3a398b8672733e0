import net from 'node:net';
import tls from 'node:tls';
import { EXPECTS_HTTPS } from '../http/https-only.js';
import { failure } from './failure.js';
import type { RegistryError } from './error.js';

/** Timeout of each diagnosis, in ms. */
const TIMEOUT_MS = 2_000;

/**
 * Checks with a TLS handshake whether plain HTTP failed because the port speaks TLS. The handshake only improves the
 * error message; nothing is sent over the connection.
 * @returns the given error, or one that names the cause
 */
export async function diagnosePlain(error: RegistryError, origin: string): Promise<RegistryError> {
  if (error.kind !== 'closed' && error.kind !== 'malformed') return error;
  const { host, port } = addressOf(origin, 80);
  if (!(await settles(tls.connect({ host, port, rejectUnauthorized: false }), 'secureConnect'))) return error;
  return failure('tls-port', EXPECTS_HTTPS, origin, { cause: error.cause });
}

/**
 * Checks with a request without credentials whether TLS failed because the port speaks plain HTTP: most HTTP servers
 * respond to a TLS handshake with a line of HTTP, but some only close the connection.
 * @returns the given error, or one that names the cause
 */
export async function diagnoseSecure(error: RegistryError, origin: string): Promise<RegistryError> {
  if (error.kind !== 'closed') return error;
  const { host, port } = addressOf(origin, 443);
  const socket = net.connect({ host, port });
  socket.write(`GET / HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nConnection: close\r\n\r\n`);
  // TLS ports answer 400 to plain HTTP.
  const speaksHttp = await settles(socket, 'data', (data) => /^HTTP\/1\.[01] (?!400)\d/.test(String(data)));
  if (!speaksHttp) return error;
  return failure('plain-http', 'server gave HTTP response to HTTPS client', `${origin}/`, { cause: error.cause });
}

function addressOf(origin: string, defaultPort: number): { host: string; port: number } {
  const { hostname, port } = new URL(origin);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || defaultPort) };
}

/** Waits for an event with the expected data, until the socket ends or the timeout. Destroys the socket. */
function settles(
  socket: net.Socket,
  event: string,
  isExpected: (data?: unknown) => boolean = () => true,
): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(TIMEOUT_MS, () => done(false));
    socket.once(event, (data?: unknown) => done(isExpected(data)));
    socket.on('error', () => done(false));
    socket.once('close', () => done(false));
  });
}
