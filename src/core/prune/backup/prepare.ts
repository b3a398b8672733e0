import {
  assertKnownCluster,
  assertSameCluster,
  clusterIdentity,
  type ClusterIdentity,
} from '../../backup-directory/cluster-identity.js';
import type { Backup } from '../../backup-directory/open.js';
import { inspectPlace } from '../../backup-directory/place.js';
import { forEachParallel } from '../../kit/parallel.js';
import { listingRepositories } from '../../manifests/repositories.js';
import { messageOf } from '../../model/errors.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import type { BackupPorts } from '../ports.js';
import { assertOutsideStorage } from './place-of-storage.js';
import type { BackupRequest } from './request.js';
import { blobsOf, imagesToSave } from './selection.js';

/** Maximum concurrent look-ups of files. */
const CONCURRENCY = 16;
/** Typical size of a manifest, which no Image object states, in bytes. */
const MANIFEST_BYTES = 2048;

/** What is known before anything is saved. */
export interface PreparedBackup {
  /** The numbers of the images to save. */
  images: number[];
  /** The repositories from which they can be pulled. */
  repositories: ReadonlyMap<number, ReadonlySet<RepositoryName>>;
  /** Planned images that cannot be read, because no image stream lists them and the backup has no manifest of them. */
  unlisted: number;
  cluster: ClusterIdentity;
  /** Descriptions of runs that cannot be read, and why. */
  damaged: string[];
  /** Size of the blobs to read, estimated from the Image objects, without those that the backup has. */
  contentBytes: number;
  /** The same with the Image objects. */
  estimatedBytes: number;
  freeBytes: number;
}

/**
 * Looks at the directory of a backup and estimates what will be added to it. Changes nothing.
 * @throws RegadmError BACKUP_DIRECTORY, BACKUP_OF_ANOTHER_CLUSTER
 */
export async function prepareBackup(
  request: BackupRequest,
  { plan, imageObjectBytes }: { plan: ImagePrunePlan; imageObjectBytes: number },
  reads: Pick<BackupPorts, 'clusterUid'>,
  signal: AbortSignal,
): Promise<PreparedBackup> {
  await assertOutsideStorage(request);
  const { freeBytes, blockBytes, backup } = await inspectPlace(request.directory);
  try {
    const cluster = clusterIdentity(await reads.clusterUid(signal), plan.snapshot.streams);
    const damaged = backup ? await assertBelongs(backup, plan, cluster, request) : [];
    const images = imagesToSave(plan);
    const repositories = listingRepositories(plan.snapshot, images);
    const isUnlisted = (image: number): boolean => request.storage === undefined && !repositories.get(image)!.size;
    const readable = images.filter((image) => !isUnlisted(image));
    const added = plan.options.pruneRegistry ? await filesToAdd(plan, readable, backup) : [];
    const space = sum(added.map((bytes) => Math.ceil(bytes / blockBytes) * blockBytes));
    return {
      images,
      repositories,
      unlisted: plan.options.pruneRegistry ? await countUnlisted(plan, images.filter(isUnlisted), backup) : 0,
      cluster,
      damaged,
      contentBytes: sum(added),
      estimatedBytes: Math.ceil(space + images.length * imageObjectBytes),
      freeBytes,
    };
  } finally {
    await backup?.close();
  }
}

/**
 * Checks that a backup is of the cluster of a plan, unless another one is accepted. A run that cannot be read does not
 * matter if others show the cluster: what it saved is not used.
 * @returns which descriptions of runs cannot be read, and why
 * @throws RegadmError BACKUP_OF_ANOTHER_CLUSTER
 */
export async function assertBelongs(
  backup: Pick<Backup, 'runs'>,
  plan: Pick<ImagePrunePlan, 'snapshot'>,
  { uid }: ClusterIdentity,
  { directory, acceptOtherCluster }: Pick<BackupRequest, 'directory' | 'acceptOtherCluster'>,
): Promise<string[]> {
  const damaged: string[] = [];
  const runs = await backup.runs((file, problem) => void damaged.push(`${file}: ${messageOf(problem)}`));
  if (acceptOtherCluster) return damaged;
  const uids = new Set(plan.snapshot.streams.map((stream) => stream.uid));
  const current = { uid, hasStream: (one: string) => uids.has(one) };
  const refused = { directory, what: 'a backup into it' };
  assertSameCluster(runs, current, refused);
  if (runs.length === 0) assertKnownCluster(damaged, refused);
  return damaged;
}

const sum = (all: readonly number[]): number => all.reduce((total, bytes) => total + bytes, 0);

/** Returns the sizes of the files that will be added to a backup, in bytes. */
async function filesToAdd(plan: ImagePrunePlan, images: number[], backup: Backup | undefined): Promise<number[]> {
  const { snapshot } = plan;
  const added: number[] = [];
  await forEachParallel(blobsOf(plan, images), { concurrency: CONCURRENCY, waitsAfterError: true }, async (blob) => {
    if (!snapshot.digests.isDigest(blob)) return;
    const known = await backup?.blobs.size(snapshot.digests.digest(blob));
    if (known === undefined) added.push(snapshot.images.blobSize(blob) || MANIFEST_BYTES);
  });
  return added;
}

async function countUnlisted(
  { snapshot: { images, digests } }: ImagePrunePlan,
  unlisted: number[],
  backup: Backup | undefined,
): Promise<number> {
  let count = 0;
  await forEachParallel(unlisted, { concurrency: CONCURRENCY, waitsAfterError: true }, async (image) => {
    const known = await backup?.blobs.size(digests.digest(images.name(image)));
    if (known === undefined) count++;
  });
  return count;
}
