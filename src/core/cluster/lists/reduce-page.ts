import { packImages, transferables, type ImageColumns } from '../../model/table/image-columns.js';
import { reduceImage } from '../../model/image.js';
import { reduceStream, type StreamRecord } from '../../model/image-stream.js';
import type { KubeList, KubeObject } from '../../model/kube.js';
import { reduceLimitRange, type ImageLimit } from '../../model/limit-range.js';
import { checkedReducer } from '../../model/reduce-object.js';
import { REFERRER_KINDS, type ReferrerResource } from '../../model/referrers/index.js';
import type { Referrer } from '../../model/referrer.js';
import { packReferrers, unpackReferrers, type ReferrerColumns } from '../../model/table/referrer-columns.js';
import { LIST_FIELDS } from '../../model/list-fields.js';
import { readJson } from './json-reader.js';
import { itemsOf, positionOf, type ListPage } from './page.js';

/** A page of a list, reduced to what decisions need. Exactly one of the four fields is set. */
export interface ReducedPage extends ListPage {
  columns?: ImageColumns;
  streams?: StreamRecord[];
  referrers?: Referrer[];
  limits?: ImageLimit[];
}

/**
 * Parses a page and reduces it.
 * @param resource plural name of what is listed
 * @throws Error when the body is not a list
 */
export function reducePage(resource: string, body: Uint8Array): ReducedPage {
  const list = readJson(body, {
    kind: 'all',
    apiVersion: 'all',
    metadata: 'all',
    items: LIST_FIELDS[resource] ?? 'all',
  }) as KubeList | null;
  const items = itemsOf(list);
  assertNamed(items);
  const page: ReducedPage = positionOf(list!, items.length);
  if (resource === 'images') return { ...page, columns: packImages(items.map(checkedReducer(resource, reduceImage))) };
  if (resource === 'imagestreams') return { ...page, streams: items.map(checkedReducer(resource, reduceStream)) };
  if (resource === 'limitranges') return { ...page, limits: items.flatMap(checkedReducer(resource, reduceLimitRange)) };
  const reduce: (object: KubeObject) => Referrer = REFERRER_KINDS[resource as ReferrerResource];
  return {
    ...page,
    referrers: items.map(checkedReducer(resource, reduce)).filter(({ references }) => references.length > 0),
  };
}

/**
 * Every object of an API server has a name. @throws Error if a listed value has none: it is not an object of a cluster
 */
function assertNamed(items: (Partial<KubeObject> | null)[]): void {
  for (const item of items)
    if (typeof item?.metadata?.name !== 'string') throw new Error('it contains an object without a name');
}

/** A page that is sent from one thread to another. */
export type PackedPage = Omit<ReducedPage, 'referrers'> & { packed?: ReferrerColumns };

/** Packs a page. @returns the page, and its buffers, which can be transferred instead of copied */
export function packPage({ referrers, ...page }: ReducedPage): { page: PackedPage; buffers: ArrayBuffer[] } {
  const packed = referrers && packReferrers(referrers);
  const columns = page.columns ? transferables(page.columns) : [];
  const numbers = packed ? [packed.numbers.buffer as ArrayBuffer, packed.created.buffer as ArrayBuffer] : [];
  return { page: { ...page, packed }, buffers: [...columns, ...numbers] };
}

/** Unpacks a page that another thread packed. */
export function unpackPage({ packed, ...page }: PackedPage): ReducedPage {
  return packed ? { ...page, referrers: unpackReferrers(packed) } : page;
}

/**
 * Reads the metadata of a page without parsing its items, because API servers write it before them.
 * @returns undefined if the metadata does not come first; then the whole page must be parsed
 */
export function headOfPage(body: Buffer): { continue?: string } | undefined {
  const text = body.toString('latin1', 0, Math.min(body.length, 8192));
  const items = text.indexOf('"items"');
  if (items === -1) return undefined;
  try {
    const head = JSON.parse(`${text.slice(0, items)}"items":[]}`) as KubeList;
    return head.metadata && { continue: head.metadata.continue || undefined };
  } catch {
    return undefined;
  }
}
