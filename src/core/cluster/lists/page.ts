import type { KubeList, KubeObject } from '../../model/kube.js';
import { positionIn } from './page-head.js';
import { hashUids } from './uid-set.js';

/** The metadata of a page. */
export interface ListPage {
  /** Kind that the server states, e.g. `PodList`. */
  kind?: string;
  apiVersion?: string;
  /** Number of objects. */
  count: number;
  /** Token for the next page. */
  continue?: string;
  resourceVersion?: string;
  /** Number of objects on later pages, as the server estimates. */
  remaining?: number;
  /** Hashed uids of the objects. */
  uids: Uint32Array;
}

/** A page with complete objects. */
export interface ObjectPage extends ListPage {
  items: KubeObject[];
}

/** Parses pages without reducing their objects. */
export const OBJECT_PARSER = {
  /** @throws Error when the body is not a list */
  async reduce(_resource: string, body: Buffer): Promise<ObjectPage> {
    const list = JSON.parse(body.toString('utf8')) as KubeList | null;
    const items = itemsOf(list);
    return { ...positionOf(list!, items), items };
  },
};

/** Parses pages of resources that other programs serve: some of them write an empty list as null. */
export const LENIENT_PARSER = {
  /** @throws Error when the body is not a list */
  async reduce(_resource: string, body: Buffer): Promise<ObjectPage> {
    const list = JSON.parse(body.toString('utf8')) as KubeList | null;
    const { metadata } = list ?? {};
    const items = isNullList(list) && metadata?.resourceVersion && !metadata.continue ? [] : itemsOf(list);
    return { ...positionOf(list!, items), items };
  },
};

function isNullList(list: KubeList | null): boolean {
  return (list as { items?: unknown } | null)?.items === null;
}

/** Returns the objects of a list. @throws Error when it is not a list of objects with names */
export function itemsOf(list: KubeList | null): KubeObject[] {
  const items: unknown = list?.items;
  if (!Array.isArray(items)) throw new Error('the response is not a list');
  const isNamed = (item: Partial<KubeObject> | null): boolean => typeof item?.metadata?.name === 'string';
  if (!items.every(isNamed)) throw new Error('it contains an object without a name');
  return items as KubeObject[];
}

/** What is kept of an object of a page: where it belongs, and what a reducer returned or threw. */
interface ReducedItem<T> {
  metadata: { name: string; uid: unknown };
  result?: T;
  failure?: { error: unknown };
}

/**
 * Wraps a reducer for `readJson`, which reduces each object as soon as it is read. What is not an object with a name
 * stays, for `itemsOf`. An error is kept: whatever is wrong with the page as a whole is reported first.
 */
export function reduceEach<T>(reduce: (object: KubeObject) => T): (item: unknown) => unknown {
  return (item): unknown => {
    const { metadata } = (item ?? {}) as Partial<KubeObject>;
    if (typeof metadata?.name !== 'string') return item;
    const reduced: ReducedItem<T> = { metadata: { name: metadata.name, uid: metadata.uid } };
    try {
      reduced.result = reduce(item as KubeObject);
    } catch (error) {
      reduced.failure = { error };
    }
    return reduced;
  };
}

/** Returns what the reducer of `reduceEach` returned. @throws its first error */
export function resultsOf<T>(items: readonly KubeObject[]): T[] {
  return (items as unknown as readonly ReducedItem<T>[]).map(({ result, failure }) => {
    if (failure) throw failure.error;
    return result as T;
  });
}

/** Returns where a page is in its list. @throws Error when its metadata does not tell */
export function positionOf({ kind, apiVersion, metadata }: KubeList, items: readonly KubeObject[]): ListPage {
  return { kind, apiVersion, count: items.length, ...positionIn(metadata), uids: hashUids(items) };
}
