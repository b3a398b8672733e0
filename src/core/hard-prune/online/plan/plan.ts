import { sha256Hex } from '../../../model/digest.js';
import { freezePlan, type HardPrunePlan } from '../../../orphans/plan/types.js';
import type { MarkFile, TrashEntry } from '../../../trash-store/model.js';
import type { Look } from '../../../trash-store/look.js';
import { chooseMarks, type Candidate } from './marks.js';
import { planSweep, type SweepPlan } from './sweep.js';

/** What an online run does, until it looks again. */
export interface OnlinePlan extends SweepPlan {
  candidates: Candidate[];
  /** What leaves the storage in this run: the blobs that are moved, and unused links, repositories and uploads. */
  removal: HardPrunePlan;
  /** Number of all blobs, in place and in the trash. */
  storedBlobs: number;
}

interface Found {
  look?: Look;
  plan: HardPrunePlan;
  present: ReadonlySet<string>;
}

interface Recorded {
  file: MarkFile;
  entries: readonly TrashEntry[];
  graceMs: number;
  now: number;
}

/** Plans an online run from its first look and what earlier runs have recorded. */
export function planOnline(found: Found, { file, entries, graceMs, now }: Recorded): OnlinePlan {
  const unused = new Set<string>();
  for (const { digest } of found.plan.blobs) unused.add(sha256Hex(digest)!);
  const sweep = planSweep(file, found.look, { present: found.present, unused, graceMs, now });
  const again = new Set(sweep.interrupted);
  for (const { hex } of sweep.unmarks) again.add(hex);
  return {
    ...sweep,
    candidates: chooseMarks(found.plan, file, again),
    removal: removalOf(found.plan, sweep, entries),
    storedBlobs: (found.plan.totalBlobs ?? 0) + entries.length,
  };
}

function removalOf(plan: HardPrunePlan, { moves }: SweepPlan, entries: readonly TrashEntry[]): HardPrunePlan {
  // A link to an unused blob is removed when the blob is marked, and one to a blob in the trash brings it back.
  const kept = new Set<string>(plan.layerLinks.length > 0 ? plan.blobs.map(({ digest }) => digest) : []);
  if (plan.layerLinks.length > 0) for (const { hex } of entries) kept.add(`sha256:${hex}`);
  const moved = new Set(moves.map(({ hex }) => hex));
  const blobs = plan.blobs.filter(({ digest }) => moved.has(sha256Hex(digest)!));
  return freezePlan({
    ...plan,
    blobs,
    bytes: blobs.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    layerLinks: plan.layerLinks.filter(({ digest }) => !kept.has(digest)),
  });
}
