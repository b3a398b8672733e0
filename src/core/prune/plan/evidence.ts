import { Decisions } from '../../graph/decide.js';
import type { NamedByPlan } from '../../graph/named-by-plan.js';
import { toUseOptions, type PruneOptions } from '../../graph/options.js';
import { collectUses, type UseIndex } from '../../graph/uses.js';
import { RegadmError } from '../../model/errors.js';
import type { SnapshotView } from '../../model/table/snapshot.js';
import type { ParsedPlanFile } from './parse-plan-file.js';

/** Everything that a plan is computed from. It does not change once it has been gathered. */
export interface Evidence {
  /** The lists, and the subjects that manifests name. */
  readonly snapshot: SnapshotView;
  /** The API server's clock, ms since the epoch. */
  readonly now: number;
  /** The plan file of `--plan`: only what it also names is deleted. */
  readonly planFile?: ParsedPlanFile;
  /** The decision without subjects, which chose the manifests to read; reused if no manifest names a subject. */
  readonly draft?: Decided;
}

/** The uses, and the decisions that follow from them. */
export interface Decided {
  readonly uses: UseIndex;
  readonly decisions: Decisions;
}

/**
 * Decides about every tag item and every image. Pure.
 * @throws RegadmError INVALID_REFERENCES with all of them, unless `ignoreInvalidRefs`
 */
export function decide({ snapshot, now }: Evidence, options: PruneOptions): Decided {
  const uses = collectUses(snapshot.referrers, snapshot.digests, toUseOptions(options, now, snapshot.streams));
  assertValidReferences(uses, options);
  return { uses, decisions: new Decisions({ snapshot, uses, options, now }) };
}

/** Decides again with the same uses, and with subjects that were read since or the names in a plan file. */
export function decideAgain(
  { uses }: Decided,
  { snapshot, now }: Evidence,
  options: PruneOptions,
  only?: NamedByPlan,
): Decided {
  return { uses, decisions: new Decisions({ snapshot, uses, options, now, only }) };
}

function assertValidReferences({ invalid }: UseIndex, { ignoreInvalidRefs }: PruneOptions): void {
  if (invalid.length === 0 || ignoreInvalidRefs) return;
  throw new RegadmError('failed to build graph - no changes made', {
    code: 'INVALID_REFERENCES',
    suggestions: ['repair or delete the objects listed above, or pass --ignore-invalid-refs to continue without them'],
    invalidReferences: invalid,
  });
}
