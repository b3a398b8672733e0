import type { RecordReader } from '../cluster/lists/records.js';
import type { ListedResource } from '../cluster/resources.js';
import { warnAboutClock } from '../deletion/clock.js';
import type { RunContext } from '../deletion/run-context.js';
import { reduceOwner, type OwnerRecord } from './plan/object.js';
import type { ObjectPrunePorts } from './ports.js';

/** One list of objects that can be deleted. */
interface ObjectList<Item> {
  resource: ListedResource;
  reader: RecordReader<Item>;
}

interface Lists<Item> {
  objects: readonly ObjectList<Item>[];
  owners: readonly ListedResource[];
  namespace?: string;
}

/** The fields of an owner that are read. */
const OWNER_FIELDS = { metadata: { name: 'all', namespace: 'all', uid: 'all' } } as const;

/**
 * Reads objects, and after them their owners: an owner that is created in between has no objects in the lists, so no
 * object can look like an orphan because its owner came later.
 * @throws RegadmError that names the resource that cannot be listed
 */
export async function readLists<Item>(
  ports: ObjectPrunePorts,
  { objects, owners, namespace }: Lists<Item>,
  { reporter, signal }: RunContext,
): Promise<{ objects: Item[]; owners: OwnerRecord[]; now: number }> {
  reporter.phase('listing objects');
  const onPage = ({ count }: { count: number }): void => reporter.tick(count);
  const options = { namespace, signal, onPage };
  const started = Date.now();
  const lists = await Promise.all(objects.map(({ resource, reader }) => ports.list(resource, reader, options)));
  const ownerLists = await Promise.all(
    owners.map((resource) =>
      ports.list(resource, { fields: OWNER_FIELDS, reduce: (object) => reduceOwner(resource.kind, object) }, options),
    ),
  );
  const now = lists.find(({ serverTime }) => serverTime !== undefined)?.serverTime;
  warnAboutClock(started - (now ?? started), { reporter });
  return {
    objects: lists.flatMap(({ records }) => records),
    owners: ownerLists.flatMap(({ records }) => records),
    now: now ?? Date.now(),
  };
}
