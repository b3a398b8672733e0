import type { Change } from './changes.js';

/** Merges changes. A flag, and a field of a rule, is set only once, to its last value, which releases more. */
export function merge(changes: Change[], more: Change[]): Change[] {
  const single = new Set(['keep-tag-revisions', 'keep-younger-than', 'wait']);
  const ofRule = new Set(['rule-revisions', 'rule-age', 'rule-keeps']);
  const rule = (change: Change): string | undefined => ('rule' in change ? change.rule : undefined);
  const isSet = (a: Change, b: Change): boolean => single.has(a.kind) || (ofRule.has(a.kind) && rule(a) === rule(b));
  const same = (a: Change, b: Change): boolean =>
    a.kind === b.kind && (isSet(a, b) || JSON.stringify(a) === JSON.stringify(b));
  return [...changes.filter((one) => !more.some((other) => same(one, other))), ...more];
}
