import type { Digest } from '../model/digest.js';
import type { Execution } from './execute/execute.js';
import { obstacleFailures, obstacleStatus, type ItemOutcome, type RestoreStatus } from './outcome.js';
import { isUnchanged, type PlannedImage, type PlannedItem, type RestorePlan } from './plan/plan.js';

/** Returns the result of a dry run: what would be restored. */
export function planned(plan: RestorePlan): Execution {
  const { images } = plan;
  const items = images.flatMap((image) =>
    image.items.map((item): [PlannedItem, ItemOutcome] => [item, { ...itemStatus(item), position: item.position }]),
  );
  const blobs = new Map<Digest, number>();
  for (const { obstacle, targets } of images) {
    if (obstacle) continue;
    for (const target of targets) for (const { digest, bytes } of target.blobs) blobs.set(digest, bytes);
  }
  return {
    dryRun: true,
    outcome: {
      images: new Map(images.map((image) => [image.name, imageStatus(image)])),
      items: new Map(items),
      blobs: blobs.size,
      bytes: [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0),
    },
    failures: obstacleFailures(plan),
  };
}

function imageStatus(image: PlannedImage): RestoreStatus {
  if (image.obstacle) return obstacleStatus(image.obstacle);
  return { status: isUnchanged(image) ? 'unchanged' : 'would-restore' };
}

function itemStatus({ exists, obstacle }: PlannedItem): RestoreStatus {
  if (exists) return { status: 'unchanged' };
  return obstacle ? obstacleStatus(obstacle) : { status: 'would-restore' };
}
