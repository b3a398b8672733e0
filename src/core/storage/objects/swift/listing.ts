import { RegadmError } from '../../../model/errors.js';
import { MD5_LIMIT_BYTES, type StoredLevel, type StoredObject } from '../object-store.js';
import { answerError, encodePath } from './answer.js';
import type { SwiftSession } from './session.js';

interface ListingOptions {
  /** The store in messages. */
  name: string;
  container: string;
  prefix: string;
  /** Lists one level only. */
  delimiter?: '/';
  pageSize: number;
  signal?: AbortSignal;
}

/**
 * Lists a container page by page, until a page is empty: a page of a sharded container can be short.
 * @throws RegadmError if a page cannot be read, or does not continue the one before it
 */
export async function* listContainer(session: SwiftSession, options: ListingOptions): AsyncGenerator<StoredLevel> {
  for (let marker = ''; ;) {
    const { level, last } = parsePage(await readPage(session, options, marker), options, marker);
    if (last === undefined) return;
    yield level;
    marker = last;
  }
}

async function readPage(session: SwiftSession, options: ListingOptions, marker: string): Promise<Buffer> {
  const { name, container, prefix, delimiter, pageSize, signal } = options;
  const query = new URLSearchParams({ format: 'json', limit: String(pageSize), prefix });
  if (delimiter !== undefined) query.set('delimiter', delimiter);
  if (marker !== '') query.set('marker', marker);
  const path = `/${encodePath(container)}?${query}`;
  const response = await session.send({ method: 'GET', path, signal });
  if (response.status === 204) return Buffer.from('[]');
  if (response.status !== 200) throw answerError(name, 'list objects', response);
  return response.body;
}

/** An entry of a page. */
type Entry = StoredObject | { prefix: string };

function parsePage(
  body: Buffer,
  { name, prefix }: ListingOptions,
  marker: string,
): { level: StoredLevel; last: string | undefined } {
  const level: StoredLevel = { objects: [], prefixes: [] };
  let last: string | undefined;
  for (const value of entriesOf(body, name)) {
    const entry = parseEntry(value);
    if (entry === undefined) throw wrongPage(name, 'with an entry that cannot be read');
    const key = 'prefix' in entry ? entry.prefix : entry.key;
    if (!key.startsWith(prefix)) throw wrongPage(name, 'with a name that was not asked for');
    if (!isAfter(key, last ?? marker)) throw wrongPage(name, 'that does not continue the one before it');
    last = key;
    if ('prefix' in entry) level.prefixes.push(entry.prefix);
    else level.objects.push(entry);
  }
  return { level, last };
}

function entriesOf(body: Buffer, name: string): unknown[] {
  let page: unknown;
  try {
    page = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw wrongPage(name, 'that is not JSON', error);
  }
  if (!Array.isArray(page)) throw wrongPage(name, 'that is not a list');
  return page;
}

function parseEntry(value: unknown): Entry | undefined {
  const { name, bytes, last_modified: time, subdir, hash } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof subdir === 'string') return { prefix: subdir };
  if (typeof name !== 'string' || typeof bytes !== 'number' || typeof time !== 'string') return undefined;
  // Times are UTC without a zone, in microseconds.
  const writtenAt = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`);
  if (Number.isNaN(writtenAt)) return undefined;
  const isStated = bytes <= MD5_LIMIT_BYTES && typeof hash === 'string';
  return { key: name, bytes, writtenAt, ...(isStated ? { md5: hash } : {}) };
}

/** Compares as UTF-8, the order of Swift. */
function isAfter(key: string, marker: string): boolean {
  return marker === '' || Buffer.compare(Buffer.from(key), Buffer.from(marker)) > 0;
}

function wrongPage(name: string, what: string, cause?: unknown): RegadmError {
  return new RegadmError(`${name}: cannot list objects: the storage answers with a page ${what}`, {
    code: 'STORAGE_ERROR',
    cause,
  });
}
