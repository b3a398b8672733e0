import { RegadmError } from '../../model/errors.js';

/** A page of a listing. */
export interface Page {
  /** Number of entries. */
  size: number;
  /** What to send for the next page; undefined on the last one. */
  next?: Record<string, string>;
}

/** Maximum number of pages without an entry in a row. */
const MAX_EMPTY_PAGES = 1000;

/**
 * Reads the pages of a listing.
 * @param name of the store in messages
 * @param request sends the request for a page, with what the page before names
 * @throws RegadmError STORAGE_ERROR if the pages do not end
 */
export async function* pages<T extends Page>(
  name: string,
  request: (next: Record<string, string>) => Promise<T>,
): AsyncGenerator<T> {
  const seen = new Set<string>();
  let empty = 0;
  for (let next: Record<string, string> | undefined = {}; next;) {
    const page: T = await request(next);
    yield page;
    next = page.next;
    if (!next) return;
    const marker = JSON.stringify(next);
    empty = page.size === 0 ? empty + 1 : 0;
    if (seen.has(marker) || empty > MAX_EMPTY_PAGES)
      throw new RegadmError(`${name}: a listing does not end: it names the same next page again, or only empty pages`, {
        code: 'STORAGE_ERROR',
      });
    seen.add(marker);
  }
}
