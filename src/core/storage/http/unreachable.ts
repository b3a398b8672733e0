import { EXPECTS_HTTPS, isHttpsOnly } from '../../http/https-only.js';
import { connectionFailure } from '../../http/connection-failure.js';
import type { Proxy } from '../../kit/proxy.js';
import { proxyRemedies } from '../../kit/proxy-words.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';

interface Target {
  /** The store in messages. */
  name: string;
  /** What was requested; no query. */
  url: string;
  proxy?: Proxy;
  /** What to do if the address may be wrong. Default: check the endpoint of the storage. */
  advice?: string;
}

/** Converts an error of Node or undici to one for users. */
export function unreachable(
  error: unknown,
  { name, url, proxy, advice = ADVICE.storageEndpoint }: Target,
): RegadmError {
  const { kind, what } = connectionFailure(error, url, proxy);
  const suggestions = [
    ...(proxy ? proxyRemedies(url, proxy) : []),
    kind === 'certificate' ? ADVICE.storageAuthority : advice,
  ];
  return new RegadmError(`cannot reach ${name}: ${url}: ${what}`, {
    code: 'STORAGE_UNREACHABLE',
    suggestions,
    cause: error,
  });
}

/** @throws RegadmError STORAGE_UNREACHABLE if the response says that plain HTTP was sent to a port that speaks TLS */
export function assertSpeaksPlainHttp(
  { status, body }: { status: number; body: Buffer },
  { name, url }: Pick<Target, 'name' | 'url'>,
): void {
  if (!url.startsWith('http:') || !isHttpsOnly(status, body.toString('latin1'))) return;
  throw new RegadmError(`cannot reach ${name}: ${url}: ${EXPECTS_HTTPS}`, {
    code: 'STORAGE_UNREACHABLE',
    suggestions: ['write the address of the storage with https://', ADVICE.storageAuthority],
  });
}
