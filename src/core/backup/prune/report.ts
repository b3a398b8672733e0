import type { EntryStatus, Failure } from '../../model/document.js';
import { countImages, sizeOnDisk, type Contents } from '../contents/read-contents.js';
import type { BackupPrunePlan } from '../plan/plan.js';

/** Results for what a plan removes, in the order of the plan. */
export interface Removal {
  /** Of all runs: they are removed together, or the run ends with an error. */
  runs: EntryStatus;
  blobs: EntryStatus[];
  files: EntryStatus[];
  failures: Failure[];
  interrupted?: { exitCode: number };
}

/** What `backup prune` removed, or would remove. */
export interface BackupPruneReport {
  dryRun: boolean;
  startedAt: Date;
  finishedAt: Date;
  /** --keep-within, as the user wrote it. */
  keepWithin: string;
  contents: Contents;
  plan: BackupPrunePlan;
  removal: Removal;
}

/** Counts of a report. */
interface BackupPruneSummary {
  /** What remains. */
  images: number;
  blobs: number;
  bytes: number;
  removed: { runs: number; images: number; blobs: number; files: number; bytes: number };
}

/** Counts what is removed, and what remains. */
export function summarize({ contents, plan, removal }: BackupPruneReport): BackupPruneSummary {
  const blobs = plan.blobs.filter((_, at) => isRemoved(removal.blobs[at]!));
  const files = plan.files.filter((_, at) => isRemoved(removal.files[at]!));
  const bytes = [...blobs, ...files].reduce((sum, { bytes }) => sum + bytes, 0);
  const hasRemovedRuns = isRemoved(removal.runs);
  const lost = hasRemovedRuns ? plan.lost.size : 0;
  return {
    images: countImages(contents.entries) - lost,
    blobs: contents.blobs.size - blobs.length,
    bytes: sizeOnDisk(contents) - bytes,
    removed: {
      runs: hasRemovedRuns ? plan.removed.length : 0,
      images: lost,
      blobs: blobs.length,
      files: files.length,
      bytes,
    },
  };
}

/** Returns true if a plan removes nothing. */
export function isEmpty({ removed, blobs, files }: BackupPrunePlan): boolean {
  return removed.length + blobs.length + files.length === 0;
}

function isRemoved({ status }: EntryStatus): boolean {
  return status === 'would-delete' || status === 'deleted' || status === 'gone';
}
