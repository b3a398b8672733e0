import { RegadmError, messageOf } from '../model/errors.js';
import type { ApiResponse, ClusterApi } from './api.js';
import { ApiError } from './api-error.js';
import { errorOf } from './api-error.js';
import type { ParsePool } from './parse-pool.js';
import { headOfPage, type ReducedPage } from './reduce-page.js';
import { listPath, qualifiedName, type ListedResource } from './resources.js';

/** As kubectl: small enough to be parsed in one go, large enough that a round trip does not matter. */
const PAGE_SIZE = 500;
/** A list whose continuation expires without a new one begins anew; a server on which that goes on and on cannot be listed. */
const MAX_RESTARTS = 8;

/** Bytes a millisecond below which the network is the limit: three lists at a time over 100 Mbit/s. Above, compressing costs more than it saves. */
const SLOW = 4000;
const WORTH_MEASURING = 256 * 1024;
const COMPRESSED = { 'Accept-Encoding': 'gzip' };

export interface ListOptions {
  namespace?: string;
  signal?: AbortSignal;
  /** Milliseconds; for tests. */
  clock?(): number;
  onPage?(page: { count: number; bytes: number; remaining?: number }): void;
}

/** What a list came to, besides its pages. */
export interface ListResult {
  /** Of the first page: a watch that starts there misses nothing. */
  resourceVersion: string;
  /** The server's clock at the first page, ms since the epoch; NaN when it sent none. */
  serverTime: number;
  bytes: number;
  count: number;
}

/**
 * Reads a list page by page; while one is parsed the next is fetched. Once a page came slowly, the others are asked for compressed.
 * An expired `continue` (410) goes on with the one that the server hands out instead, or else from the beginning, after `restart`.
 * @param take gets every page, in order
 * @throws ApiError or RegadmError that names the resource
 */
export async function readList(
  api: ClusterApi,
  resource: ListedResource,
  pool: Pick<ParsePool, 'reduce'>,
  sink: { take(page: ReducedPage): void; restart(): void },
  options: ListOptions = {},
): Promise<ListResult> {
  const path = listPath(resource, options.namespace);
  const result: ListResult = { resourceVersion: '', serverTime: NaN, bytes: 0, count: 0 };
  let next: string | undefined;
  let restarts = 0;
  let parsing: Promise<ReducedPage> | undefined;
  const settle = async (): Promise<ReducedPage | undefined> => {
    const page = await parsing;
    parsing = undefined;
    if (!page) return undefined;
    result.resourceVersion ||= page.resourceVersion ?? '';
    result.count += page.count;
    sink.take(page);
    return page;
  };
  const clock = options.clock ?? (() => performance.now());
  let slow = false;
  for (;;) {
    const asked = clock();
    const response = await api.request('GET', path, {
      query: { limit: PAGE_SIZE, continue: next },
      signal: options.signal,
      ...(slow ? { headers: COMPRESSED } : {}),
    });
    slow ||= response.body.length > WORTH_MEASURING && response.body.length / (clock() - asked) < SLOW;
    if (response.status === 410) {
      await settle();
      next = continuationOf(response);
      if (next === undefined) {
        if (++restarts > MAX_RESTARTS) throw cannotList(resource, errorOf(response, `GET ${path}`));
        result.count = 0;
        result.resourceVersion = '';
        sink.restart();
      }
      continue;
    }
    if (response.status === 404 && resource.optional) return result;
    if (response.status !== 200) throw cannotList(resource, errorOf(response, `GET ${path}`));
    if (Number.isNaN(result.serverTime)) result.serverTime = Date.parse(String(response.headers.date ?? ''));
    result.bytes += response.body.length;
    await settle();
    const head = headOfPage(response.body);
    const bytes = response.body.length;
    parsing = pool.reduce(resource.resource, response.body).catch((cause: unknown) => {
      throw notAList(resource, path, api, cause);
    });
    parsing.then(
      (page) => options.onPage?.({ count: page.count, bytes }),
      () => {},
    );
    // The token stands before the items: the next page is asked for while this one is parsed.
    next = head ? head.continue : (await settle())?.continue;
    if (next === undefined) break;
  }
  await settle();
  return result;
}

function continuationOf(response: ApiResponse): string | undefined {
  try {
    return response.json<{ metadata?: { continue?: string } }>().metadata?.continue || undefined;
  } catch {
    return undefined;
  }
}

function cannotList(resource: ListedResource, cause: ApiError): RegadmError {
  return new ApiError(`cannot list ${qualifiedName(resource)}: ${cause.message}`, {
    status: cause.status,
    reason: cause.reason,
    suggestions: cause.suggestions,
    cause,
  });
}

function notAList(resource: ListedResource, path: string, api: ClusterApi, cause: unknown): RegadmError {
  if (cause instanceof RegadmError) return cause;
  return new RegadmError(
    `cannot list ${qualifiedName(resource)}: the server did not answer with a list: ${messageOf(cause).slice(0, 120)}`,
    {
      code: 'API_NOT_JSON',
      suggestions: [
        `is ${api.server}${path} an OpenShift API server? check the server in the kubeconfig (or --server)`,
      ],
      cause,
    },
  );
}
