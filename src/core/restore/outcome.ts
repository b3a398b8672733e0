import type { Digest } from '../model/digest.js';
import type { Failure } from '../model/document.js';
import type { Obstacle, PlannedItem, RestorePlan } from './plan/plan.js';

/** What happened, or would happen, to an image or a tag item. */
export interface RestoreStatus {
  status: 'would-restore' | 'restored' | 'unchanged' | 'skipped' | 'failed';
  /** Why it was skipped. */
  reason?: string;
  /** How it failed. */
  message?: string;
}

/** What happened to a tag item. */
export interface ItemOutcome extends RestoreStatus {
  /** In the history as it is now. */
  position: number;
}

/** What a restore did, or in a dry run would do. */
export interface RestoreOutcome {
  images: ReadonlyMap<Digest, RestoreStatus>;
  items: ReadonlyMap<PlannedItem, ItemOutcome>;
  /** Configs and layers that were pushed or mounted; one that several repositories lacked counts once. */
  blobs: number;
  /** Their size. */
  bytes: number;
}

/** Returns the status of something with an obstacle. */
export function obstacleStatus({ status, text }: Obstacle): RestoreStatus {
  return status === 'skipped' ? { status, reason: text } : { status, message: text };
}

/** Returns what cannot be restored: images, and items of streams that cannot be restored. */
export function obstacleFailures({ images }: Pick<RestorePlan, 'images'>): Failure[] {
  return images.flatMap(({ name, obstacle, items }): Failure[] => {
    if (obstacle) return [{ target: `image ${name}`, message: obstacle.text }];
    return items.flatMap(({ saved, obstacle: own }) =>
      own ? [{ target: `${saved.stream}:${saved.tag}@${name}`, message: own.text }] : [],
    );
  });
}
