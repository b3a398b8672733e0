import type { ApiResponse, BodyBuffers, ClusterApi } from '../api.js';
import type { ApiError } from '../api-error.js';
import { apiError } from '../api-error.js';
import { qualifiedName, type ListedResource } from '../resources.js';
import { serverTime } from '../server-time.js';
import { isAbsent } from './absent.js';
import { inconsistent } from './list-error.js';
import type { LongLists } from './long-lists.js';
import type { ListPage } from './page.js';
import { PageChain } from './page-chain.js';
import { headOfPage } from './page-head.js';
import { PageRequests, type PageOptions } from './page-requests.js';
import { UidSet } from './uid-set.js';

/** Objects per page, as in kubectl: small enough to parse at once, large enough to make round trips negligible. */
const PAGE_SIZE = 500;
/** Maximum restarts of a list: its `continue` token expired, or a page was damaged. */
const MAX_RESTARTS = 5;

/** Receives the pages of a list. */
export interface ListReader<Page extends ListPage> {
  parser: {
    /**
     * Parses a page; `isOnly`: the list has no other page.
     * @throws Error when the body is not a list of that resource
     */
    reduce(resource: string, body: Buffer, isOnly?: boolean): Promise<Page>;
    /** Memory for the bodies of pages, which `reduce` releases. */
    readonly buffers?: BodyBuffers;
  };
  /** Receives every page, in order. */
  take(page: Page): void;
  /** Discards all pages: the list starts again from the beginning. */
  restart(): void;
}

export interface ListOptions extends PageOptions {
  /** Objects per page. Default 500. */
  pageSize?: number;
  onPage?(page: { count: number; bytes: number }): void;
  /** Bounds how many lists with further pages are read at the same time. */
  longLists?: LongLists;
}

/** Metadata of a completed list. */
export interface ListResult {
  /** Version of the first page: a watch that starts there misses nothing. */
  resourceVersion: string;
  /** The API server's clock at the first page, in ms since the epoch; undefined when the server did not state it. */
  serverTime?: number;
  bytes: number;
  count: number;
  /** Identifies its objects. */
  uids: UidSet;
}

/**
 * Reads a list page by page and requests the next page while one is parsed. All pages must be of this list and belong
 * together. If fewer objects arrive than the first page announced, the list is read again in one piece, and both must
 * have the same objects.
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

/** How a list ended: with all pages, with an expired token, or not at all because the cluster lacks the resource. */
type End = 'complete' | 'absent' | { expired: ApiResponse };

/** The state of one list while it is read. */
class ListReading<Page extends ListPage> {
  private readonly pages: PageRequests;
  private readonly result: ListResult = { resourceVersion: '', bytes: 0, count: 0, uids: new UidSet() };
  private restarts = 0;
  private chain = new PageChain();
  private parsing: Promise<Page> | undefined;
  /** True once a page has arrived: from then on, a 404 is a failure. */
  private begun = false;
  /** True once further pages may be read. */
  private hasTurn = false;

  constructor(
    private readonly api: ClusterApi,
    private readonly resource: ListedResource,
    private readonly reader: ListReader<Page>,
    private readonly options: ListOptions,
  ) {
    this.pages = new PageRequests(api, resource, { ...options, buffers: reader.parser.buffers });
  }

  async read(): Promise<ListResult> {
    try {
      return await this.readConsistently();
    } finally {
      if (this.hasTurn) this.options.longLists?.leave();
    }
  }

  private async readConsistently(): Promise<ListResult> {
    const { result, options } = this;
    const chain = await this.readWhole(options.pageSize ?? PAGE_SIZE);
    if (chain?.isShort) {
      this.startAgain();
      const second = await this.readWhole(undefined);
      this.consistently(() => chain.compare(second ?? new PageChain()));
    }
    const { resourceVersion, count, uids } = this.chain;
    return Object.assign(result, { resourceVersion, count, uids });
  }

  /** Reads all pages, from the beginning again if necessary. @returns undefined if the cluster lacks the resource */
  private async readWhole(limit: number | undefined): Promise<PageChain | undefined> {
    for (;;) {
      try {
        const end = await this.readPages(limit);
        if (end === 'absent') return undefined;
        if (end === 'complete') return this.chain;
        if (++this.restarts > MAX_RESTARTS) throw this.cannotList(end.expired);
      } catch (error) {
        if (!(error instanceof DamagedPage)) throw error;
        if (++this.restarts > MAX_RESTARTS) throw this.pages.notAList(error.cause);
      }
      this.startAgain();
    }
  }

  private async readPages(limit: number | undefined): Promise<End> {
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const response = await this.pages.send({ limit, token });
      const { status } = response;
      if (status === 404 && this.resource.optional && !this.begun)
        if (await isAbsent(this.api, this.resource, this.options.signal)) return 'absent';
      if (status === 410) return { expired: response };
      if (status !== 200) throw this.cannotList(response);
      token = await this.accept(response);
      if (token !== undefined) await this.waitForTurn();
    }
    await this.settle();
    return 'complete';
  }

  /** Waits once: if a token expires meanwhile, the list is read again at once. */
  private async waitForTurn(): Promise<void> {
    if (this.hasTurn) return;
    await this.options.longLists?.enter();
    this.hasTurn = true;
  }

  /** Starts to parse a page. @returns the token for the next page, which can be requested in the meantime */
  private async accept(response: ApiResponse): Promise<string | undefined> {
    const { body } = response;
    const bytes = body.length;
    const next = headOfPage(body).continue;
    this.begun = true;
    this.result.serverTime ??= serverTime(response);
    this.result.bytes += bytes;
    await this.settle();
    const isOnly = next === undefined && this.chain.count === 0;
    const parsing = this.reader.parser.reduce(this.resource.resource, body, isOnly).then((page) => {
      if (page.continue !== next) throw new Error('it states two continue tokens');
      this.options.onPage?.({ count: page.count, bytes });
      return page;
    });
    parsing.catch(() => {});
    this.parsing = parsing;
    if (next !== undefined) this.consistently(() => this.chain.follow(next));
    return next;
  }

  /** Hands over the page that is being parsed. @throws DamagedPage when it cannot be parsed */
  private async settle(): Promise<void> {
    const page = await this.parsing?.catch((cause: unknown) => {
      throw new DamagedPage(cause);
    });
    this.parsing = undefined;
    if (!page) return;
    this.consistently(() => {
      this.pages.checkKind(page);
      this.chain.add(page);
    });
    this.reader.take(page);
  }

  private startAgain(): void {
    this.parsing = undefined;
    this.chain = new PageChain();
    this.result.bytes = 0;
    this.reader.restart();
  }

  /** @throws RegadmError LIST_INCONSISTENT when a check fails */
  private consistently(check: () => void): void {
    try {
      check();
    } catch (cause) {
      throw inconsistent(this.resource, cause);
    }
  }

  private cannotList(response: ApiResponse): ApiError {
    return apiError(response, `cannot list ${qualifiedName(this.resource)}`);
  }
}

/** Thrown when a page began like one of the list, but cannot be parsed. */
class DamagedPage {
  constructor(readonly cause: unknown) {}
}
