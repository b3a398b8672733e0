import { ADVICE } from '../../model/advice.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import type { ApiResponse, ClusterApi } from '../api.js';
import type { ApiError } from '../api-error.js';
import { apiError, isNotFound, lacksApi } from '../api-error.js';
import type { ListPage } from './page.js';
import { headOfPage } from './reduce-page.js';
import { apiVersionOf, listPath, qualifiedName, type ListedResource } from '../resources.js';
import { serverTime } from '../server-time.js';

/** Objects per page, as in kubectl: small enough to parse at once, large enough to make round trips negligible. */
const PAGE_SIZE = 500;
/** Maximum restarts of a list whose `continue` token expired. */
const MAX_RESTARTS = 8;

/**
 * Transfer rate in bytes per ms below which pages are requested compressed: three concurrent lists over 100 Mbit/s. On
 * a faster network, compression costs more time than it saves.
 */
const SLOW = 4000;
/** Minimum bytes of a page whose transfer time is used to measure the network. */
const WORTH_MEASURING = 256 * 1024;
const COMPRESSED = { 'Accept-Encoding': 'gzip' };

/** Receives the pages of a list. */
export interface ListReader<Page extends ListPage> {
  /** Parses a page. @throws Error when the body is not a list of that resource */
  parser: { reduce(resource: string, body: Buffer): Promise<Page> };
  /** Receives every page, in order. */
  take(page: Page): void;
  /** Discards all pages: the list starts again from the beginning. */
  restart(): void;
}

export interface ListOptions {
  namespace?: string;
  /** Objects per page. Default 500. */
  pageSize?: number;
  /**
   * What happens when the `continue` token expires (410). `continue` (default): uses the token that the server offers
   * for the rest of the list in a newer state. Objects that were created meanwhile within the pages already read are
   * missed. `restart`: reads the list again from the beginning.
   */
  onExpired?: 'continue' | 'restart';
  signal?: AbortSignal;
  /** Milliseconds; for tests. */
  clock?(): number;
  onPage?(page: { count: number; bytes: number }): void;
}

/** Metadata of a completed list. */
export interface ListResult {
  /** Version of the first page: a watch that starts there misses nothing. */
  resourceVersion: string;
  /** The API server's clock at the first page, in ms since the epoch; undefined when the server did not state it. */
  serverTime?: number;
  bytes: number;
  count: number;
}

/**
 * Reads a list page by page and requests the next page while one is parsed.
 * @throws ApiError or RegadmError that names the resource
 */
export function readList<Page extends ListPage>(
  api: ClusterApi,
  resource: ListedResource,
  reader: ListReader<Page>,
  options: ListOptions = {},
): Promise<ListResult> {
  return new ListReading(api, resource, reader, options).read();
}

/** The state of one list while it is read. */
class ListReading<Page extends ListPage> {
  private readonly path: string;
  private readonly clock: () => number;
  private readonly result: ListResult = { resourceVersion: '', bytes: 0, count: 0 };
  private next: string | undefined;
  private complete = false;
  private restarts = 0;
  private parsing: Promise<Page> | undefined;
  /** True once a page was slow: the remaining pages are requested compressed. */
  private slow = false;

  constructor(
    private readonly api: ClusterApi,
    private readonly resource: ListedResource,
    private readonly reader: ListReader<Page>,
    private readonly options: ListOptions,
  ) {
    this.path = listPath(resource, options.namespace);
    this.clock = options.clock ?? (() => performance.now());
  }

  async read(): Promise<ListResult> {
    while (!this.complete) {
      const response = await this.request();
      // A later 404 is an error, because the uses on pages already read would be lost.
      if (this.resource.optional && this.result.bytes === 0 && isMissing(response)) return this.result;
      if (response.status === 410) await this.resume(response);
      else if (response.status === 200) await this.accept(response);
      else throw this.cannotList(response);
    }
    await this.settle();
    return this.result;
  }

  private async request(): Promise<ApiResponse> {
    const sentAt = this.clock();
    const response = await this.api.request('GET', this.path, {
      query: { limit: this.options.pageSize ?? PAGE_SIZE, continue: this.next },
      signal: this.options.signal,
      ...(this.slow ? { headers: COMPRESSED } : {}),
    });
    const bytes = response.body.length;
    this.slow ||= bytes > WORTH_MEASURING && bytes / (this.clock() - sentAt) < SLOW;
    return response;
  }

  /** Starts to parse a page. The token precedes the items, so the next page can be requested in the meantime. */
  private async accept(response: ApiResponse): Promise<void> {
    const { body } = response;
    const bytes = body.length;
    this.result.serverTime ??= serverTime(response);
    this.result.bytes += bytes;
    await this.settle();
    const head = headOfPage(body);
    this.parsing = this.reader.parser.reduce(this.resource.resource, body).catch((cause: unknown) => {
      throw this.notAList(cause);
    });
    this.parsing.then(
      ({ count }) => this.options.onPage?.({ count, bytes }),
      () => {},
    );
    this.next = head ? head.continue : (await this.settle())?.continue;
    this.complete = this.next === undefined;
  }

  /** Waits for the page that is being parsed and passes it on. */
  private async settle(): Promise<Page | undefined> {
    const page = await this.parsing;
    this.parsing = undefined;
    if (!page) return undefined;
    this.checkKind(page);
    this.result.resourceVersion ||= page.resourceVersion ?? '';
    this.result.count += page.count;
    this.reader.take(page);
    return page;
  }

  /**
   * Refuses a list of another kind: read as an empty list, it would hide every use.
   * @throws RegadmError API_NOT_JSON
   */
  private checkKind({ kind, apiVersion }: Page): void {
    const expected = { kind: `${this.resource.kind}List`, apiVersion: apiVersionOf(this.resource) };
    if (kind === expected.kind && apiVersion === expected.apiVersion) return;
    const sent = JSON.stringify({ kind, apiVersion }).slice(0, 80);
    throw this.notAList(new Error(`expected ${expected.kind} of ${expected.apiVersion}, got ${sent}`));
  }

  /** Continues after an expired token, or restarts the list. */
  private async resume(response: ApiResponse): Promise<void> {
    await this.settle();
    this.next = this.options.onExpired === 'restart' ? undefined : continuationIn(response);
    if (this.next !== undefined) return;
    if (++this.restarts > MAX_RESTARTS) throw this.cannotList(response);
    this.result.count = 0;
    this.result.resourceVersion = '';
    this.reader.restart();
  }

  private cannotList(response: ApiResponse): ApiError {
    return apiError(response, `cannot list ${qualifiedName(this.resource)}`);
  }

  private notAList(cause: unknown): RegadmError {
    if (cause instanceof RegadmError) return cause;
    const reason = messageOf(cause).slice(0, 120);
    const url = `${this.api.server}${this.path}`;
    return new RegadmError(`cannot list ${qualifiedName(this.resource)}: the response is not a list: ${reason}`, {
      code: 'API_NOT_JSON',
      suggestions: [ADVICE.serverIsOpenShift(url)],
      cause,
    });
  }
}

/** True if the server states that the cluster does not have the resource. */
function isMissing(response: ApiResponse): boolean {
  return isNotFound(response) || lacksApi(response);
}

function continuationIn(response: ApiResponse): string | undefined {
  try {
    return response.json<{ metadata?: { continue?: string } }>().metadata?.continue || undefined;
  } catch {
    return undefined;
  }
}
