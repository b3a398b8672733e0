import type { Fields, KubeList, KubeObject } from '../../model/kube.js';
import { checkedReducer } from '../../model/reduce-object.js';
import type { ClusterApi } from '../api.js';
import type { ListedResource } from '../resources.js';
import { readJson } from './json-reader.js';
import { readList } from './list.js';
import { itemsOf, positionOf, type ListPage } from './page.js';

/** What is kept of every object of a list. */
export interface RecordReader<Record> {
  /** The fields that `reduce` reads: only these are parsed. */
  fields: Fields;
  /** Reduces an object to what decisions need; a field of an unexpected type can make it throw. */
  reduce(object: KubeObject): Record;
}

interface RecordList<Record> {
  records: Record[];
  /** The API server's clock at the first page, in ms since the epoch; undefined when the server did not state it. */
  serverTime?: number;
}

interface RecordPage<Record> extends ListPage {
  records: Record[];
}

/**
 * Reads a list page by page, and keeps of every object only what `reader` takes. A resource that is `optional` and that
 * discovery does not show has no objects.
 * @throws ApiError or RegadmError that names the resource
 */
export async function listRecords<Record>(
  api: ClusterApi,
  resource: ListedResource,
  { fields, reduce }: RecordReader<Record>,
  options: { namespace?: string; signal?: AbortSignal; onPage?(page: { count: number; bytes: number }): void } = {},
): Promise<RecordList<Record>> {
  let records: Record[] = [];
  const parse = (body: Buffer): RecordPage<Record> => {
    const list = readJson(body, { kind: 'all', apiVersion: 'all', metadata: 'all', items: fields }) as KubeList | null;
    const items = itemsOf(list);
    assertIn(options.namespace, items);
    return { ...positionOf(list!, items), records: items.map(checkedReducer(resource.resource, reduce)) };
  };
  const reader = {
    parser: { reduce: async (_resource: string, body: Buffer) => parse(body) },
    take: (page: RecordPage<Record>): void => {
      for (const record of page.records) records.push(record);
    },
    restart: (): void => void (records = []),
  };
  const { serverTime } = await readList(api, resource, reader, options);
  return { records, serverTime };
}

/** @throws Error if an object is not in the namespace that was listed */
function assertIn(namespace: string | undefined, items: readonly KubeObject[]): void {
  const other = items.find(({ metadata }) => namespace !== undefined && metadata.namespace !== namespace);
  if (other) throw new Error(`it contains an object of namespace ${String(other.metadata.namespace)}`);
}
