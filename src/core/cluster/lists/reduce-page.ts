import { transferables, type ImageColumns } from '../../model/table/image-columns.js';
import { ImagePacker } from '../../model/table/image-packer.js';
import { reduceWholeImage } from '../../model/image-manifest.js';
import { reduceStream, type StreamRecord } from '../../model/image-stream.js';
import type { KubeList, KubeObject } from '../../model/kube.js';
import { reduceLimitRange, type ImageLimit } from '../../model/limit-range.js';
import { checkedReducer } from '../../model/reduce-object.js';
import { REFERRER_KINDS, type ReferrerResource } from '../../model/referrers/index.js';
import type { Referrer } from '../../model/referrer.js';
import { packReferrers, unpackReferrers, type ReferrerColumns } from '../../model/table/referrer-columns.js';
import { LIST_FIELDS } from '../../model/list-fields.js';
import { parseWhole } from './parse-whole.js';
import { readJson } from './json-reader.js';
import { itemsOf, positionOf, reduceEach, resultsOf, type ListPage } from './page.js';

/** Images for which a page has room from the beginning: as many as are requested. */
const EXPECTED_IMAGES = 500;
/** Maximum size of a page that is parsed with all its fields, in bytes: all its objects are in memory at once. */
const MAX_PARSED_WHOLE = 8 * 1024 * 1024;

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
 * @param isOnly true if the list has no other page
 * @throws Error when the body is not a list
 */
export function reducePage(resource: string, body: Uint8Array, isOnly = false): ReducedPage {
  let packer = new ImagePacker(0);
  const begin = (): ((item: unknown) => unknown) => {
    if (resource !== 'images') return reduceEach(checkedReducer(resource, reducerOf(resource)));
    packer = new ImagePacker(EXPECTED_IMAGES);
    return reduceEach(packedBy(packer));
  };
  const list = readPage(resource, body, { begin, isOnly });
  const items = itemsOf(list);
  const page: ReducedPage = positionOf(list!, items);
  if (resource === 'images') {
    resultsOf(items);
    return { ...page, columns: packer.finish() };
  }
  if (resource === 'imagestreams') return { ...page, streams: resultsOf(items) };
  if (resource === 'limitranges') return { ...page, limits: resultsOf<ImageLimit[]>(items).flat() };
  return { ...page, referrers: resultsOf<Referrer>(items).filter(({ references }) => references.length > 0) };
}

type Reduced = StreamRecord | ImageLimit[] | Referrer;

/** Returns a reducer that packs images at once: records that live until the end of their page cost collections. */
function packedBy(packer: ImagePacker): (object: KubeObject) => void {
  const reduce = checkedReducer('images', reduceWholeImage);
  return (object) => packer.put(reduce(object));
}

interface PageReading {
  /** Called when the objects begin. @returns what each is replaced by */
  begin: () => (item: unknown) => unknown;
  isOnly: boolean;
}

/** Reads a page, and reduces each of its objects. */
function readPage(resource: string, body: Uint8Array, { begin, isOnly }: PageReading): KubeList | null {
  const fields = { kind: 'all', apiVersion: 'all', metadata: 'all', items: LIST_FIELDS[resource] ?? 'all' } as const;
  const whole = isOnly && body.length <= MAX_PARSED_WHOLE ? parseWhole(body, fields) : undefined;
  if (whole === undefined) return readJson(body, fields, begin) as KubeList | null;
  const list = whole as KubeList | null;
  return Array.isArray(list?.items) ? { ...list, items: list.items.map(begin()) as KubeObject[] } : list;
}

function reducerOf(resource: string): (object: KubeObject) => Reduced {
  if (resource === 'imagestreams') return reduceStream;
  if (resource === 'limitranges') return reduceLimitRange;
  return REFERRER_KINDS[resource as ReferrerResource];
}

/** A page that is sent from one thread to another. */
export type PackedPage = Omit<ReducedPage, 'referrers'> & { packed?: ReferrerColumns };

/** Packs a page. @returns the page, and its buffers, which can be transferred instead of copied */
export function packPage({ referrers, ...page }: ReducedPage): { page: PackedPage; buffers: ArrayBuffer[] } {
  const packed = referrers && packReferrers(referrers);
  const columns = page.columns ? transferables(page.columns) : [];
  const numbers = packed ? [packed.numbers.buffer as ArrayBuffer, packed.created.buffer as ArrayBuffer] : [];
  return { page: { ...page, packed }, buffers: [...columns, ...numbers, page.uids.buffer as ArrayBuffer] };
}

/** Unpacks a page that another thread packed. */
export function unpackPage({ packed, ...page }: PackedPage): ReducedPage {
  return packed ? { ...page, referrers: unpackReferrers(packed) } : page;
}
