import type { Digest } from '../../model/digest.js';
import type { Entry, SavedRun } from './saved.js';

/** What decides which runs are kept. */
interface RunRules {
  /** ms since the epoch */
  now: number;
  keepWithinMs: number;
  /** Files in directories of runs that regadm did not write, by run. */
  unrecognized: ReadonlyMap<string, string>;
}

/** A run that is kept, and why. */
export interface KeptRun {
  run: SavedRun;
  reason: string;
}

/**
 * Chooses the runs that are kept: young ones, those whose time is in the future, and old ones from which a later run
 * needs something. All others are removed.
 * @returns both lists in the order of the runs
 */
export function chooseRuns(
  runs: readonly SavedRun[],
  entries: readonly Entry[],
  rules: RunRules,
): { kept: KeptRun[]; removed: SavedRun[] } {
  const reasons = new Map<string, string>();
  for (const run of runs) {
    const reason = ownReason(run, rules);
    if (reason !== undefined) reasons.set(run.id, reason);
  }
  for (let found = lacking(entries, reasons); found; found = lacking(entries, reasons))
    reasons.set(found.run.id, found.reason);
  return {
    kept: runs.flatMap((run) => (reasons.has(run.id) ? [{ run, reason: reasons.get(run.id)! }] : [])),
    removed: runs.filter(({ id }) => !reasons.has(id)),
  };
}

function ownReason({ id, startedAt }: SavedRun, { now, keepWithinMs, unrecognized }: RunRules): string | undefined {
  const age = now - Date.parse(startedAt);
  if (age < 0) return 'its time is in the future: check the clock';
  if (age <= keepWithinMs) return 'it is within --keep-within';
  const file = unrecognized.get(id);
  return file === undefined ? undefined : `${file} is not a file of regadm: move it elsewhere`;
}

/**
 * Finds an old run that saved an image whose tag items a kept run saved without the image itself: a restore of these
 * items needs it if the cluster no longer has the image.
 */
function lacking(entries: readonly Entry[], kept: ReadonlyMap<string, string>): KeptRun | undefined {
  const provided = new Set<Digest>();
  const wanted = new Set<Digest>();
  const sources = new Map<Digest, SavedRun>();
  for (const { name, run, saved } of entries) {
    if (saved === 'tags') {
      if (kept.has(run.id)) wanted.add(name);
    } else if (kept.has(run.id)) provided.add(name);
    // The newest run comes last.
    else sources.set(name, run);
  }
  const image = [...wanted].find((name) => !provided.has(name) && sources.has(name));
  if (image === undefined) return undefined;
  return { run: sources.get(image)!, reason: `a kept run has tag items of ${image}, which only this one saved` };
}
