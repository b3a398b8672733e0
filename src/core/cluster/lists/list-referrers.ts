import type { KubeObject } from '../../model/kube.js';
import type { Referrer } from '../../model/referrer.js';
import type { ClusterApi } from '../api.js';
import type { ListedResource } from '../resources.js';
import { readList, type ListOptions, type ListResult } from './list.js';
import { LENIENT_PARSER, OBJECT_PARSER, type ObjectPage } from './page.js';

/** Reduces an object to the images that it uses. */
export type Reduce = (object: KubeObject) => Referrer;

/** The objects of one list that use images, and the metadata of the list. */
export interface ListedReferrers {
  referrers: Referrer[];
  result: ListResult;
}

/**
 * Lists one resource and reduces each of its objects by every function. Objects that use no images are omitted.
 * @param options `onRestart` is called when the list starts again from the beginning
 * @throws RegadmError that names the resource
 */
export async function listReferrers(
  api: ClusterApi,
  resource: ListedResource,
  reducers: readonly Reduce[],
  options: ListOptions & { onRestart?(): void },
): Promise<ListedReferrers> {
  let referrers: Referrer[] = [];
  const reader = {
    parser: options.allowNullItems ? LENIENT_PARSER : OBJECT_PARSER,
    take: ({ items }: ObjectPage) => {
      for (const object of items)
        for (const reduce of reducers) {
          const referrer = reduce(object);
          if (referrer.references.length > 0) referrers.push(referrer);
        }
    },
    restart: () => {
      referrers = [];
      options.onRestart?.();
    },
  };
  const result = await readList(api, resource, reader, options);
  return { referrers, result };
}
