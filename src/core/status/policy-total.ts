import { Decisions } from '../graph/decide.js';
import { applyPolicy, toUseOptions, type PruneOptions } from '../graph/options.js';
import { policyEffect } from '../graph/policy/policy-effect.js';
import { policyPullWarnings } from '../graph/pulls/coverage.js';
import { unusedRuleWarnings } from '../graph/policy/unused-rules.js';
import { collectUses } from '../graph/uses.js';
import type { RetentionPolicy } from '../model/retention-policy.js';
import type { Snapshot } from '../model/table/snapshot.js';
import type { PolicyTotal } from './report.js';

/**
 * Decides with a policy as `prune images` does, and counts what it would free.
 * @param now ms since the epoch
 */
export function policyTotal(
  snapshot: Snapshot,
  policy: RetentionPolicy,
  flags: PruneOptions,
  now: number,
): { total: PolicyTotal; warnings: string[] } {
  const options = applyPolicy(flags, policy);
  const { streams } = snapshot;
  const uses = collectUses(snapshot.referrers, snapshot.digests, toUseOptions(options, now, streams));
  const decisions = new Decisions({ snapshot, uses, options, now });
  const { tags, items, images, bytes } = policyEffect({ snapshot, decisions, policy }).total;
  return {
    total: { file: policy.file, rules: policy.rules.length, tags, tagItems: items, images, bytes },
    warnings: [...policyPullWarnings(options, now), ...unusedRuleWarnings({ policy, streams, decisions })],
  };
}
