import type { ImagePrunePlan, PlannedStream } from './plan/plan.js';

/** What happened to a planned object. `planned`: nothing, because this is a dry run or the run ended earlier. */
export const STATUS = { planned: 0, deleted: 1, gone: 2, skipped: 3, failed: 4 } as const;
export type StatusCode = (typeof STATUS)[keyof typeof STATUS];

/** What happened to a stream and its links; arrays run parallel to those of its `PlannedStream`. */
export interface StreamOutcome {
  /** Status of the stream; `deleted` means that it was updated. */
  status: StatusCode;
  /** Why it was skipped, or how it failed. */
  note?: string;
  items: Uint8Array;
  /** Tags that expire; those of which items are kept are skipped from the start. */
  expired: Uint8Array;
  /** Why a tag was skipped, or how its deletion failed; by its position among those that expire. */
  expiredNotes: Map<number, string>;
  layerLinks: Uint8Array;
  manifestLinks: Uint8Array;
}

/**
 * What happened to a plan; arrays run parallel to the plan's. Notes (why skipped, how failed) are in maps because most
 * entries have none.
 */
export interface PruneOutcome {
  streams: StreamOutcome[];
  images: Uint8Array;
  imageNotes: Map<number, string>;
  blobs: Uint8Array;
  blobNotes: Map<number, string>;
}

/** Returns an outcome in which nothing has happened yet. */
export function emptyOutcome(plan: Pick<ImagePrunePlan, 'streams' | 'images' | 'blobs'>): PruneOutcome {
  return {
    streams: plan.streams.map(emptyStreamOutcome),
    images: new Uint8Array(plan.images.length),
    imageNotes: new Map(),
    blobs: new Uint8Array(plan.blobs.length),
    blobNotes: new Map(),
  };
}

function emptyStreamOutcome({ items, expired, layerLinks, manifestLinks }: PlannedStream): StreamOutcome {
  return {
    status: STATUS.planned,
    items: new Uint8Array(items.length),
    expired: Uint8Array.from(expired, ({ whole }) => (whole ? STATUS.planned : STATUS.skipped)),
    expiredNotes: new Map(),
    layerLinks: new Uint8Array(layerLinks.length),
    manifestLinks: new Uint8Array(manifestLinks.length),
  };
}

/** True if an outcome shows no change: everything is still planned, or was skipped. */
export function isUntouched({ images, blobs, streams }: PruneOutcome): boolean {
  const isUnchanged = (code: number): boolean => code === STATUS.planned || code === STATUS.skipped;
  const areUnchanged = (codes: Uint8Array): boolean => codes.every(isUnchanged);
  return (
    areUnchanged(images) &&
    areUnchanged(blobs) &&
    streams.every(({ items, expired, layerLinks, manifestLinks }) =>
      [items, expired, layerLinks, manifestLinks].every(areUnchanged),
    )
  );
}

/** True if a blob or a layer link was deleted: what the registry's blob cache lists. */
export function hasDeletedInRegistry({ blobs, streams }: PruneOutcome): boolean {
  const isSome = (codes: Uint8Array): boolean => codes.includes(STATUS.deleted);
  return isSome(blobs) || streams.some(({ layerLinks }) => isSome(layerLinks));
}
