import { refusal } from '../model/errors.js';
import { isRecord } from '../model/values/json.js';

/** Shows to which cluster the objects of a run belong. */
export interface ClusterIdentity {
  /** UID of the namespace `kube-system`; absent if the user may not read it. */
  uid?: string;
  /** UIDs of some image streams. */
  streams: readonly string[];
}

/** Maximum number of image streams whose UIDs identify a cluster. */
const WITNESSES = 100;

/** @param uid that of the namespace `kube-system`, if it is known */
export function clusterIdentity(uid: string | undefined, streams: readonly { uid: string }[]): ClusterIdentity {
  return { uid, streams: streams.slice(0, WITNESSES).map((stream) => stream.uid) };
}

/**
 * Compares the identity that a run recorded with a cluster. Streams decide only if the UID of `kube-system` is not
 * known on both sides; what cannot be compared counts as another cluster.
 * @param uid that of the namespace `kube-system`, if it is known
 * @param hasStream tells whether the cluster has an image stream with this UID
 */
export function isSameCluster(
  recorded: ClusterIdentity,
  { uid, hasStream }: { uid?: string; hasStream: (uid: string) => boolean },
): boolean {
  if (recorded.uid !== undefined && uid !== undefined) return recorded.uid === uid;
  return recorded.streams.some(hasStream);
}

/**
 * Checks that all runs of a backup belong to a cluster.
 * @param what what is refused: `a backup into it`
 * @throws RegadmError BACKUP_OF_ANOTHER_CLUSTER
 */
export function assertSameCluster(
  runs: readonly { startedAt: string; server: string; cluster: ClusterIdentity }[],
  current: Parameters<typeof isSameCluster>[1],
  { directory, what }: { directory: string; what: string },
): void {
  const other = runs.find(({ cluster }) => !isSameCluster(cluster, current));
  if (!other) return;
  throw refusal(
    'BACKUP_OF_ANOTHER_CLUSTER',
    `${directory} contains the backup of another cluster (${other.server}, ${other.startedAt}): ${what} is refused; nothing was changed`,
    ['check --context and --server, or name another directory', 'to do it anyway, add --accept-other-cluster'],
  );
}

/**
 * Refuses a backup of which no run can be read: nothing shows to which cluster it belongs.
 * @param damaged which runs cannot be read, and why
 * @throws RegadmError BACKUP_OF_ANOTHER_CLUSTER
 */
export function assertKnownCluster(
  [first]: readonly string[],
  { directory, what }: { directory: string; what: string },
): void {
  if (first === undefined) return;
  throw refusal(
    'BACKUP_OF_ANOTHER_CLUSTER',
    `nothing shows to which cluster the backup ${directory} belongs, because no run can be read (${first}): ${what} is refused; nothing was changed`,
    ['restore the damaged files from a copy, or name another directory', 'to do it anyway, add --accept-other-cluster'],
  );
}

/** Returns true for the identity of a cluster in parsed JSON. */
export function isClusterIdentity(value: unknown): value is ClusterIdentity {
  return (
    isRecord(value) &&
    (value.uid === undefined || typeof value.uid === 'string') &&
    Array.isArray(value.streams) &&
    value.streams.every((uid) => typeof uid === 'string')
  );
}
