import tls from 'node:tls';
import { failure } from './connection-error.js';
import type { RegistryError } from './error.js';

const LONGEST_MS = 2_000;

/**
 * Plain HTTP that breaks off, or is answered with something that is no HTTP, may have met a TLS port: a handshake tells. It
 * is done to find the right words only; nothing is sent over it.
 * @returns the error to tell: the given one, or one that says what is wrong
 */
export async function diagnosePlain(error: RegistryError, origin: string): Promise<RegistryError> {
  if (error.kind !== 'closed' && error.kind !== 'malformed') return error;
  if (!(await speaksTls(new URL(origin)))) return error;
  return failure(
    'tls-port',
    'malformed HTTP response: the server expects HTTPS and was spoken to in plain HTTP',
    origin,
    { cause: error.cause },
  );
}

function speaksTls({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = tls.connect({ host, port: Number(port || 80), rejectUnauthorized: false });
    const done = (spoken: boolean): void => {
      socket.destroy();
      resolve(spoken);
    };
    socket.setTimeout(LONGEST_MS, () => done(false));
    socket.once('secureConnect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}
