import type { RetentionPolicy } from '../../model/retention-policy.js';

/** Returns the longest age that keeps something young, in ms. */
export function longestYouth({ defaults, rules }: Pick<RetentionPolicy, 'defaults' | 'rules'>): number {
  return rules.reduce((longest, rule) => Math.max(longest, rule.keepYoungerThanMs), defaults.keepYoungerThanMs);
}
