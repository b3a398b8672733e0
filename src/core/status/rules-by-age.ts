import { heldImages, indexParents } from '../graph/held.js';
import { ItemRules } from '../graph/item-rules.js';
import { toUseOptions, type PruneOptions } from '../graph/options.js';
import type { Reason } from '../graph/reason.js';
import { collectUses, type UseIndex } from '../graph/uses.js';
import type { Snapshot } from '../model/table/snapshot.js';

/** The rules of a prune with one value of `--keep-younger-than` and no revisions. */
export interface AgeRules {
  items: ItemRules;
  /** Images that are kept because of their digest. */
  held: ReadonlyMap<number, Reason>;
}

/** Builds the rules for every age, in ms; ages with the same uses share them. */
export function rulesByAge(
  snapshot: Snapshot,
  options: PruneOptions,
  ages: readonly number[],
  now: number,
): AgeRules[] {
  const uses = usesByAge(snapshot, options, ages, now);
  const parents = indexParents(snapshot);
  const heldBy = new Map<UseIndex, Map<number, Reason>>();
  for (const index of uses)
    if (!heldBy.has(index))
      heldBy.set(index, heldImages(snapshot, index, { protectedDigests: options.protection?.digests, parents }));
  return ages.map((age, at) => {
    const held = heldBy.get(uses[at]!)!;
    const ageOptions = { ...options, keepTagRevisions: 0, keepYoungerThanMs: age };
    return { held, items: new ItemRules({ snapshot, uses: uses[at]!, held, options: ageOptions, now }) };
  });
}

/** Collects the uses for every age. They depend on the age only because of ended pods, so most ages share them. */
function usesByAge(
  { referrers, digests, streams }: Snapshot,
  options: PruneOptions,
  ages: readonly number[],
  now: number,
) {
  const ended = referrers.filter(({ phase }) => phase !== undefined && phase !== 'Running' && phase !== 'Pending');
  const countYoung = (age: number): number => ended.filter(({ created }) => created! > now - age).length;
  const found: UseIndex[] = [];
  for (const [at, age] of ages.entries()) {
    const isSame = at > 0 && countYoung(ages[at - 1]!) === countYoung(age);
    const collect = toUseOptions({ ...options, keepYoungerThanMs: age }, now, streams);
    found.push(isSame ? found[at - 1]! : collectUses(referrers, digests, collect));
  }
  return found;
}
