import type { KubeList, KubeObject } from '../../model/kube.js';

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
    return { ...positionOf(list!, items.length), items };
  },
};

/** Returns the objects of a list; an empty list can be null. @throws Error when it is not a list */
export function itemsOf(list: KubeList | null): KubeObject[] {
  const items: unknown = list?.items;
  if (items === null) return [];
  if (!Array.isArray(items)) throw new Error('the response is not a list');
  return items as KubeObject[];
}

/** Returns the metadata of a page. */
export function positionOf({ kind, apiVersion, metadata }: KubeList, count: number): ListPage {
  return {
    kind,
    apiVersion,
    count,
    continue: metadata?.continue || undefined,
    resourceVersion: metadata?.resourceVersion,
  };
}
