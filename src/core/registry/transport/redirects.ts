import { MAX_REDIRECTS } from '../../kit/limits.js';
import { CONTENT_ADVICE } from '../../model/content-advice.js';
import { withoutQuery, type Method } from './attempt.js';
import { failure } from '../failure.js';

interface RedirectOptions {
  method: Method;
  /** URLs that were requested, the registry's own first. */
  seen: readonly URL[];
  status: number;
  location: string;
  /** True if the response can come from the registry's storage: for the content of a blob. */
  toStorage: boolean;
}

/** Returns true for a response that redirects to another URL. */
export function isRedirect({ status, headers }: { status: number; headers: Record<string, unknown> }): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
}

/**
 * Returns the URL that a response redirects to. Another origin is only followed to read a blob, which the storage
 * serves itself; the token is not sent there.
 * @throws RegistryError for a redirect that must not be followed
 */
export function redirectTarget({ method, seen, status, location, toStorage }: RedirectOptions): URL {
  const [first] = seen;
  const last = seen.at(-1)!;
  const from = withoutQuery(last.href);
  if (!URL.canParse(location, last.href)) throw failure('redirect', 'redirects to something that is not a URL', from);
  const target = new URL(location, last);
  if (target.origin !== first!.origin) requireStorage(target, { from: last, toStorage });
  if (seen.some(({ href }) => href === target.href)) throw failure('redirect', 'redirects in a loop', from);
  if (seen.length > MAX_REDIRECTS) throw failure('redirect', `redirects more than ${MAX_REDIRECTS} times`, from);
  if (method === 'DELETE') requireSame(target, { from, path: first!.pathname, status });
  if (method === 'POST' || method === 'PUT')
    throw failure('redirect', `answers an upload with a redirect (${status})`, from);
  return target;
}

function requireStorage(target: URL, { from, toStorage }: { from: URL; toStorage: boolean }): void {
  const url = withoutQuery(from.href);
  if (!toStorage) {
    const what = `redirects to another origin, ${target.origin}, which is not followed: the token is not sent there`;
    throw failure('redirect', what, url);
  }
  const isUnencrypted = target.protocol !== 'https:' && from.protocol === 'https:';
  if (isUnencrypted || !/^https?:$/.test(target.protocol)) {
    const what = `redirects to ${target.origin}, which is not encrypted and therefore not followed`;
    throw failure('redirect', what, url, { suggestions: [CONTENT_ADVICE.withoutRedirects] });
  }
}

/** @throws RegistryError if a redirect turns a deletion into another request, or into one of another object */
function requireSame(target: URL, { from, path, status }: { from: string; path: string; status: number }): void {
  if (status !== 307 && status !== 308)
    throw failure('redirect', `answers a deletion with a redirect (${status})`, from);
  if (!target.pathname.endsWith(path))
    throw failure('redirect', 'redirects a deletion to another object, which is not followed', from);
}
