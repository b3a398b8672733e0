import { isSameCluster } from '../../backup-directory/cluster-identity.js';
import type { Backup } from '../../backup-directory/open.js';
import type { BackupRun } from '../../backup-directory/runs.js';
import { refusal } from '../../model/errors.js';
import type { RestoreCluster } from '../ports.js';

/**
 * Checks that every run of a backup saved objects of this cluster.
 * @throws RegadmError BACKUP_OF_ANOTHER_CLUSTER
 */
export async function assertSameCluster(
  runs: readonly BackupRun[],
  { backup, cluster, signal }: { backup: Backup; cluster: RestoreCluster; signal: AbortSignal },
): Promise<void> {
  const uid = await cluster.clusterUid(signal);
  const needsStreams = runs.some((run) => uid === undefined || run.cluster.uid === undefined);
  const uids = needsStreams ? await cluster.streamUids(signal) : new Set<string>();
  const other = runs.find((run) => !isSameCluster(run.cluster, { uid, hasStream: (text) => uids.has(text) }));
  if (!other) return;
  throw refusal(
    'BACKUP_OF_ANOTHER_CLUSTER',
    `the backup ${backup.directory} is of another cluster (${other.server}); nothing was changed`,
    ['check --context and the directory', 'if the backup is to be restored here: --accept-other-cluster'],
  );
}
