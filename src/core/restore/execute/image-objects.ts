import type { Backup } from '../../backup-directory/open.js';
import type { BackupRun } from '../../backup-directory/runs.js';
import type { Digest } from '../../model/digest.js';
import { apiVersionOf, IMAGES } from '../../cluster/resources.js';
import type { KubeObject } from '../../model/kube.js';
import { imageObject } from '../gather/list-images.js';
import { missingLabels } from '../plan/labels.js';
import type { PlannedImage } from '../plan/plan.js';
import type { RestoreCluster } from '../ports.js';

/**
 * Completes the object of an image that was pushed: adds the saved labels and annotations, which a push does not set.
 * @returns false if the object does not exist
 */
export async function completeObject(cluster: RestoreCluster, { name, saved }: PlannedImage): Promise<boolean> {
  const found = await cluster.findImage(name);
  if (!found) return false;
  const missing = saved && missingLabels(saved, imageObject(found));
  if (missing) await cluster.labelImage(name, missing);
  return true;
}

/**
 * Reads saved Image objects from the backup, one by one: a registry without image objects creates none, and those of
 * imported images are never pushed.
 * @param names the newest object of each is passed on
 */
export async function eachSavedObject(
  backup: Backup,
  runs: readonly BackupRun[],
  names: ReadonlySet<Digest>,
  work: (name: Digest, object: KubeObject) => Promise<void>,
): Promise<void> {
  const open = new Set(names);
  for (const run of [...runs].reverse()) {
    if (open.size === 0) return;
    for await (const { object } of backup.records(run, 'image', () => {})) {
      const { name } = object.metadata;
      if (open.delete(name)) await work(name, withoutServerFields(object));
    }
  }
}

function withoutServerFields({ metadata, ...object }: KubeObject): KubeObject {
  const { name, labels, annotations } = metadata;
  return { ...object, apiVersion: apiVersionOf(IMAGES), kind: IMAGES.kind, metadata: { name, labels, annotations } };
}
