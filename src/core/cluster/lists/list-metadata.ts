import type { KubeList, KubeObject } from '../../model/kube.js';
import type { ClusterApi } from '../api.js';
import type { ListedResource } from '../resources.js';
import { readJson } from './json-reader.js';
import { readList, type ListOptions, type ListResult } from './list.js';
import { itemsOf, positionOf, type ObjectPage } from './page.js';

/** Reads the fields that identify an object and its state. The managed fields are most of its metadata. */
const PARSER = {
  /** @throws Error when the body is not a list */
  async reduce(_resource: string, body: Buffer): Promise<ObjectPage> {
    const list = readJson(body, {
      kind: 'all',
      apiVersion: 'all',
      metadata: 'all',
      items: { metadata: { name: 'all', namespace: 'all', uid: 'all', resourceVersion: 'all' } },
    }) as KubeList | null;
    const items = itemsOf(list);
    return { ...positionOf(list!, items), items };
  },
};

/** The objects of a list, with only their names, uids and resource versions. */
interface ListedMetadata {
  objects: KubeObject[];
  result: ListResult;
}

/**
 * Lists a resource without the contents of its objects: about half of the bytes.
 * @throws ApiError with the status 406, or RegadmError API_NOT_JSON, if the server does not support that
 */
export async function listMetadata(
  api: ClusterApi,
  resource: ListedResource,
  options: ListOptions,
): Promise<ListedMetadata> {
  let objects: KubeObject[] = [];
  const reader = {
    parser: PARSER,
    take: ({ items }: ObjectPage) => void objects.push(...items),
    restart: () => void (objects = []),
  };
  const result = await readList(api, resource, reader, { ...options, metadataOnly: true });
  return { objects, result };
}
