import type { Digest } from '../../model/digest.js';
import { compareText } from '../../model/values/compare-text.js';
import { chooseRuns, type KeptRun } from './choose-runs.js';
import type { Entry, ImageContent, SavedRun } from './saved.js';

/** A file of a backup that is not a blob. */
export interface PlannedFile {
  /** Relative to the backup. */
  file: string;
  bytes: number;
  /** `other`: what regadm did not write. */
  kind: string;
  /** Of a file in the directory of a run. */
  run?: string;
}

/** What `backup prune` removes. */
export interface BackupPrunePlan {
  kept: KeptRun[];
  removed: SavedRun[];
  /** What the removed runs saved; by image, the oldest run first. */
  entries: Entry[];
  /** Images of the removed runs that no kept run saved. */
  lost: ReadonlySet<Digest>;
  /** Blobs that no kept run needs, by digest. */
  blobs: { digest: Digest; bytes: number }[];
  /** The records of the removed runs, and temporary files, by file. */
  files: PlannedFile[];
}

interface Evidence {
  runs: readonly SavedRun[];
  entries: readonly Entry[];
  blobs: ReadonlyMap<Digest, number>;
  files: readonly PlannedFile[];
  content: ReadonlyMap<Digest, ImageContent>;
}

/** Plans what is removed. */
export function planBackupPrune(
  { runs, entries, blobs, files, content }: Evidence,
  { now, keepWithinMs }: { now: number; keepWithinMs: number },
): BackupPrunePlan {
  const unrecognized = new Map(
    files.flatMap(({ kind, run, file }) => (kind === 'other' && run !== undefined ? [[run, file]] : [])),
  );
  const { kept, removed } = chooseRuns(runs, entries, { now, keepWithinMs, unrecognized });
  const isRemoved = new Set(removed.map(({ id }) => id));
  const isKept = ({ run }: Entry): boolean => !isRemoved.has(run.id);
  const savedByKept = new Set(entries.filter(isKept).flatMap(({ name, saved }) => (saved === 'tags' ? [] : [name])));
  const needed = new Set<Digest>();
  for (const name of savedByKept)
    for (const part of ['needed', 'elsewhere'] as const)
      for (const digest of content.get(name)?.[part] ?? []) needed.add(digest);
  const gone = entries.filter((entry) => !isKept(entry));
  return {
    kept,
    removed,
    entries: gone,
    lost: new Set(gone.filter(({ name, saved }) => saved !== 'tags' && !savedByKept.has(name)).map(({ name }) => name)),
    blobs: [...blobs]
      .filter(([digest]) => !needed.has(digest))
      .map(([digest, bytes]) => ({ digest, bytes }))
      .sort((a, b) => compareText(a.digest, b.digest)),
    files: files
      .filter(({ kind, run }) => kind === 'temporary' || (kind === 'run' && isRemoved.has(run!)))
      .toSorted((a, b) => compareText(a.file, b.file)),
  };
}
