import { compareText } from '../../../model/values/compare-text.js';
import { isPastGrace } from '../../../trash-store/batches.js';
import type { JournalEntry, Mark, MarkFile } from '../../../trash-store/model.js';
import type { Look } from '../../../trash-store/look.js';

/** A blob that loses its mark. */
export interface Unmark {
  hex: string;
  mark: Mark;
  /** What uses the blob, or links to it. */
  reason: string;
  /** True if an image uses it: then it gets back the links that it had. */
  isInUse: boolean;
}

/** What happens to the blobs with a mark. */
export interface SweepPlan {
  /** Those that are moved to the trash, sorted. */
  moves: JournalEntry[];
  unmarks: Unmark[];
  /** Those whose links a killed run may not have removed: they are marked again. */
  interrupted: ReadonlySet<string>;
}

interface SweepFacts {
  /** The marked blobs that are in their place. */
  present: ReadonlySet<string>;
  /** The blobs that a hard prune in read-only mode would delete. */
  unused: ReadonlySet<string>;
  graceMs: number;
  now: number;
}

/**
 * Decides what happens to the blobs with a mark. One that is in use or linked again loses it. Of the others, those are
 * moved whose grace has passed, and that nothing else protects, such as their age.
 */
export function planSweep(file: MarkFile, look: Look | undefined, facts: SweepFacts): SweepPlan {
  const plan = { moves: [] as JournalEntry[], unmarks: [] as Unmark[], interrupted: new Set<string>() };
  if (!look) return plan;
  for (const [hex, mark] of file.marks) {
    if (!facts.present.has(hex)) continue;
    const reason = look.reason(hex);
    const isInUse = look.isInUse(hex);
    if (!isInUse && file.batches.get(mark.batch)?.unlinkedAt === undefined) plan.interrupted.add(hex);
    else if (reason !== undefined) plan.unmarks.push({ hex, mark, reason, isInUse });
    else if (facts.unused.has(hex) && isPastGrace(mark, file, facts))
      plan.moves.push({ hex, bytes: mark.bytes, links: mark.links });
  }
  // In the order of the plan that they are part of.
  plan.moves.sort((a, b) => compareText(a.hex, b.hex));
  return plan;
}
