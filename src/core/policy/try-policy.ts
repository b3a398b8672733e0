import { Decisions } from '../graph/decide.js';
import { applyPolicy, toUseOptions, type PruneOptions } from '../graph/options.js';
import { policyEffect, type PolicyEffect } from '../graph/policy/policy-effect.js';
import { policyPullWarnings } from '../graph/pulls/coverage.js';
import { unusedRuleWarnings } from '../graph/policy/unused-rules.js';
import { subjectCandidates } from '../graph/subject-candidates.js';
import { collectUses, type UseIndex } from '../graph/uses.js';
import type { InvalidReference } from '../model/errors.js';
import type { RetentionPolicy } from '../model/retention-policy.js';
import { invalidNameWarnings } from '../model/table/invalid-name-warnings.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { plural } from '../terminal/text.js';

/** Maximum number of references that warnings name: tenants choose how many there are. */
const LISTED = 10;

/** What a policy is tried on. */
interface TrialInput {
  snapshot: Snapshot;
  policy: RetentionPolicy;
  /** All flags but the policy. */
  options: PruneOptions;
  /** Ms since the epoch. */
  now: number;
}

/**
 * Decides with a policy as `prune images` does, except that references that cannot be parsed stop nothing, and that no
 * manifests are read. Pure.
 */
export function tryPolicy({ snapshot, policy, options: others, now }: TrialInput): {
  effect: PolicyEffect;
  warnings: string[];
} {
  const options = applyPolicy(others, policy);
  const uses = collectUses(snapshot.referrers, snapshot.digests, toUseOptions(options, now, snapshot.streams));
  const decisions = new Decisions({ snapshot, uses, options, now });
  const effect = policyEffect({ snapshot, decisions, policy, namespace: options.namespace });
  return {
    effect,
    warnings: [
      ...policyPullWarnings(options, now),
      ...unusedRuleWarnings({ policy, streams: snapshot.streams, decisions }),
      ...invalidNameWarnings(snapshot),
      ...referenceWarnings(uses),
      ...manifestWarnings(subjectCandidates(decisions, snapshot, options).length),
      ...unreadableWarnings(snapshot.images.unreadable.size),
    ],
  };
}

function referenceWarnings({ invalid, reported }: Pick<UseIndex, 'invalid' | 'reported'>): string[] {
  const references = [...reported, ...invalid];
  const more = references.length - LISTED;
  return [
    ...references.slice(0, LISTED).map(describe),
    ...(more > 0 ? [plural(more, 'more invalid reference')] : []),
    ...(invalid.length > 0
      ? [
          'for these references prune images would stop and prune nothing at all; the numbers are those with --ignore-invalid-refs',
        ]
      : []),
  ];
}

function describe({ referrer, field, reference, message }: InvalidReference): string {
  const { kind, namespace, name } = referrer;
  return `${kind.toLowerCase()} ${namespace}/${name}: ${field ? `${field}: ` : ''}"${reference}": ${message}`;
}

function manifestWarnings(count: number): string[] {
  if (count === 0) return [];
  return [
    `policy check reads no manifests: ${plural(count, 'image')} can be attached to images that stay (signatures, attestations, SBOMs), and prune images keeps these if it can read their manifests; its dry run shows them`,
  ];
}

function unreadableWarnings(count: number): string[] {
  if (count === 0) return [];
  return [
    `no image counts as removed: ${plural(count, 'Image object')} cannot be read, and only prune images reads their manifests instead; its dry run shows what it deletes`,
  ];
}
