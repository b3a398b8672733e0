import type { Holder } from '../../kit/holder.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { MarkFile } from '../../trash-store/model.js';
import type { CheckedImage } from '../contents/check-images.js';
import type { TrashRow } from '../output/row.js';

/** What `trash list` found. */
export interface TrashReport {
  /** Which storage it is, if the settings of the registry state it. */
  storage?: StoragePlace;
  /** By digest, then by date. */
  rows: TrashRow<'purgeable' | 'kept'>[];
  /** The images whose manifests are in the trash, by digest. */
  images: CheckedImage[];
  /** What is marked and not yet moved, the oldest batch first. */
  batches: MarkedBatch[];
  /** Links that were removed from blobs that stay in their place, and that can be restored. */
  links: number;
  /** The run that changes the trash now. */
  holder?: Holder;
  warnings: string[];
}

/** What one run has marked and no run has moved yet. */
export interface MarkedBatch {
  blobs: number;
  bytes: number;
  /** When its grace began, in ms since the epoch; undefined: it has not begun. */
  graceFrom?: number;
}

/** Counts what is marked, by batch. */
export function batchesOf({ marks, batches }: Pick<MarkFile, 'marks' | 'batches'>): MarkedBatch[] {
  const counted = new Map<string, MarkedBatch>();
  for (const { batch, bytes } of marks.values()) {
    const found = counted.get(batch) ?? { blobs: 0, bytes: 0, ...graceOf(batches.get(batch)) };
    counted.set(batch, { ...found, blobs: found.blobs + 1, bytes: found.bytes + bytes });
  }
  return [...counted.values()].sort((a, b) => (a.graceFrom ?? Infinity) - (b.graceFrom ?? Infinity));
}

/** The grace begins when no process is left that can know a blob; with `--read-only=skip`, when it lost its links. */
function graceOf(batch: ReturnType<MarkFile['batches']['get']>): Pick<MarkedBatch, 'graceFrom'> {
  const from = batch?.completeAt ?? (batch?.processes === undefined ? batch?.unlinkedAt : undefined);
  return from === undefined ? {} : { graceFrom: from };
}
