import type { ListPage } from './page.js';
import { UidSet } from './uid-set.js';

/** Maximum number of objects of one list: ten times what the largest clusters have. A longer one never ends. */
const MAX_ITEMS = 5_000_000;
/** Maximum number of pages without objects in one list. */
const MAX_EMPTY_PAGES = 1000;

/** The pages of one list, which must belong together. Methods throw an Error with the reason if they do not. */
export class PageChain {
  count = 0;
  /** Version of the first page. */
  resourceVersion = '';
  private pages = 0;
  private emptyPages = 0;
  /** Number of objects that the first page announced, or the last one beyond its end. */
  private announced = 0;
  private readonly tokens = new Set<string>();
  readonly uids = new UidSet();

  /** Adds the next page. */
  add(page: ListPage): void {
    const { count, resourceVersion = '', remaining, uids } = page;
    if (this.pages++ === 0) this.resourceVersion = resourceVersion;
    else if (resourceVersion !== this.resourceVersion)
      throw new Error(
        `a page has the resource version ${quoted(resourceVersion)}, the first one ${quoted(this.resourceVersion)}`,
      );
    this.count += count;
    if (count === 0 && ++this.emptyPages > MAX_EMPTY_PAGES)
      throw new Error(`more than ${MAX_EMPTY_PAGES} pages are empty`);
    if (this.count > MAX_ITEMS) throw new Error(`it has more than ${MAX_ITEMS} objects`);
    const again = this.uids.addAll(uids);
    if (again > 0) throw new Error(`${again} of its objects occur twice (the same uid)`);
    const isEnd = this.pages === 1 || page.continue === undefined;
    if (isEnd && typeof remaining === 'number') this.announced = Math.max(this.announced, this.count + remaining);
  }

  /** Notes the token of the next page. */
  follow(token: string): void {
    if (this.tokens.has(token)) throw new Error('a continue token is repeated');
    this.tokens.add(token);
  }

  /** True if fewer objects have arrived than the first page announced, which is an estimate. */
  get isShort(): boolean {
    return this.count < this.announced;
  }

  /** Checks that a second list is complete and has the same objects. */
  compare(second: PageChain): void {
    if (second.isShort)
      throw new Error(
        `${second.announced} objects were announced, and ${second.count} arrived, in the list without pages too`,
      );
    if (this.count === second.count && this.uids.equals(second.uids)) return;
    throw new Error(
      `its pages have ${this.count} objects, although ${this.announced} were announced, and the list without pages has ${second.count}`,
    );
  }
}

function quoted(version: unknown): string {
  return JSON.stringify(version).slice(0, 40);
}
