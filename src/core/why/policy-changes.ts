import type { PruneOptions } from '../graph/options.js';
import type { PolicyPart } from '../graph/reason.js';
import { quote } from '../model/names/quote.js';
import type { RetentionDefaults, RetentionPolicy, RetentionRule } from '../model/retention-policy.js';

/** A change to a policy: to a rule or, without one, to its defaults. */
export type PolicyChange =
  | { kind: 'rule-revisions'; rule?: string; value: number }
  | { kind: 'rule-age'; rule?: string; ms: number }
  | { kind: 'rule-keeps'; rule: string; always: boolean };

/** Returns the policy after a change. */
export function withPolicyChange(policy: RetentionPolicy, change: PolicyChange): RetentionPolicy {
  switch (change.kind) {
    case 'rule-revisions':
      return withRetention(policy, change.rule, 'keepTagRevisions', { keepTagRevisions: change.value });
    case 'rule-age':
      return withRetention(policy, change.rule, 'keepYoungerThan', { keepYoungerThanMs: change.ms });
    case 'rule-keeps':
      return withRule(policy, change.rule, ({ name, match, keep: _, ...rule }) =>
        change.always ? { ...policy.defaults, name, match, keep: 'always' } : { ...rule, name, match },
      );
  }
}

/** Returns what a part of a policy states, or takes from the defaults. */
export function retentionOf({ rules, defaults }: RetentionPolicy, { rule }: PolicyPart): RetentionDefaults {
  return rules.find(({ name }) => name === rule) ?? defaults;
}

/** Returns the largest number of revisions that are kept. */
export function mostRevisions({ keepTagRevisions, policy }: PruneOptions): number {
  return (policy?.rules ?? []).reduce((most, rule) => Math.max(most, rule.keepTagRevisions), keepTagRevisions);
}

/** Changes a value of a rule, or of the defaults and of every rule that takes it from there. */
function withRetention(
  policy: RetentionPolicy,
  rule: string | undefined,
  field: 'keepTagRevisions' | 'keepYoungerThan',
  value: Partial<RetentionDefaults>,
): RetentionPolicy {
  if (rule !== undefined) return withRule(policy, rule, (one) => ({ ...one, ...value }));
  const isTaken = ({ name }: RetentionRule): boolean =>
    policy.source.rules.find((source) => source.name === name)?.[field] === undefined;
  const rules = policy.rules.map((one) => (isTaken(one) ? { ...one, ...value } : one));
  return { ...policy, rules, defaults: { ...policy.defaults, ...value } };
}

function withRule(
  policy: RetentionPolicy,
  name: string,
  change: (rule: RetentionRule) => RetentionRule,
): RetentionPolicy {
  return { ...policy, rules: policy.rules.map((rule) => (rule.name === name ? change(rule) : rule)) };
}

/** Formats a change of the policy: `with keepTagRevisions: 1 in rule "releases"`. @param age formats a duration */
export function describePolicyChange(change: PolicyChange, age: (ms: number) => string): string {
  const place = change.rule === undefined ? 'the defaults of the policy' : `rule ${quote(change.rule)}`;
  switch (change.kind) {
    case 'rule-revisions':
      return `with keepTagRevisions: ${change.value} in ${place}`;
    case 'rule-age':
      return `with keepYoungerThan: ${age(change.ms)} in ${place}`;
    case 'rule-keeps':
      return `${change.always ? 'with only' : 'without'} "keep: always" in ${place}`;
  }
}
