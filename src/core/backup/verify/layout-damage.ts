import type { LayoutCheck } from '../../backup-directory/layout-check.js';
import type { Digest } from '../../model/digest.js';
import { quote } from '../../model/names/quote.js';
import { plural } from '../../terminal/text.js';
import { INDEX_FILE } from '../../backup-directory/layout.js';
import type { DamagedFile } from './report.js';

interface Situation {
  /** Number of runs whose description can be read. */
  runs: number;
  hasDamagedRecords: boolean;
  /** True if the last process that wrote was killed. */
  wasInterrupted: boolean;
}

interface LayoutDamage {
  damaged: DamagedFile[];
  /** Images that other tools do not find. */
  unlisted: ReadonlySet<Digest>;
  /** True if the interruption explains what is missing. */
  interrupted: boolean;
}

const NONE: ReadonlySet<Digest> = new Set();

/** Decides what of the differences between `index.json` and the runs is damage. */
export function layoutDamage(
  { missing, unusable, unlisted, foreign }: LayoutCheck,
  { runs, hasDamagedRecords, wasInterrupted }: Situation,
): LayoutDamage {
  const damaged: DamagedFile[] = [...unusable];
  const isIncomplete = unlisted.size > 0 || (missing.length > 0 && runs > 0);
  if (!wasInterrupted) {
    // Without a run, nothing was written yet.
    if (runs > 0) damaged.push(...missing.map((file) => ({ file, message: 'it does not exist' })));
    if (unlisted.size > 0)
      damaged.push({ file: INDEX_FILE, message: `it does not list ${plural(unlisted.size, 'image')} as saved` });
  }
  // What a damaged record states is not known.
  if (foreign.length > 0 && !hasDamagedRecords)
    damaged.push({
      file: INDEX_FILE,
      message: `it lists ${plural(foreign.length, 'manifest')} that no run saved, such as ${quote(foreign[0]!)}`,
    });
  return { damaged, unlisted: wasInterrupted ? NONE : unlisted, interrupted: wasInterrupted && isIncomplete };
}
