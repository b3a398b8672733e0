import net from 'node:net';
import tls from 'node:tls';
import { failure } from './failure.js';
import type { RegistryError } from './error.js';

const LONGEST_MS = 2_000;

/**
 * Plain HTTP that breaks off, or is answered with something that is no HTTP, may have met a TLS port: a handshake tells. It
 * is done to find the right words only; nothing is sent over it.
 * @returns the error to tell: the given one, or one that says what is wrong
 */
export async function diagnosePlain(error: RegistryError, origin: string): Promise<RegistryError> {
  if (error.kind !== 'closed' && error.kind !== 'malformed') return error;
  const { host, port } = placeOf(origin, 80);
  if (!(await settles(tls.connect({ host, port, rejectUnauthorized: false }), 'secureConnect'))) return error;
  const what = 'malformed HTTP response: the server expects HTTPS and was spoken to in plain HTTP';
  return failure('tls-port', what, origin, { cause: error.cause });
}

/**
 * The other way round: most HTTP servers answer a TLS handshake with a line of HTTP, but some just close. Whether HTTP is
 * spoken there is found out with a request that carries nothing.
 * @returns the error to tell: the given one, or one that says what is wrong
 */
export async function diagnoseSecure(error: RegistryError, origin: string): Promise<RegistryError> {
  if (error.kind !== 'closed') return error;
  const { host, port } = placeOf(origin, 443);
  const socket = net.connect({ host, port });
  socket.write(`GET / HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nConnection: close\r\n\r\n`);
  // 400 is what TLS ports answer to plain HTTP.
  const spoken = await settles(socket, 'data', (data) => /^HTTP\/1\.[01] (?!400)\d/.test(String(data)));
  if (!spoken) return error;
  return failure('plain-http', 'server gave HTTP response to HTTPS client', `${origin}/`, { cause: error.cause });
}

function placeOf(origin: string, defaultPort: number): { host: string; port: number } {
  const { hostname, port } = new URL(origin);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || defaultPort) };
}

/** Whether an event comes, with what is wanted, before the socket ends or the time is over. The socket is destroyed. */
function settles(
  socket: net.Socket,
  event: string,
  wanted: (data?: unknown) => boolean = () => true,
): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(LONGEST_MS, () => done(false));
    socket.once(event, (data?: unknown) => done(wanted(data)));
    socket.on('error', () => done(false));
    socket.once('close', () => done(false));
  });
}
