import type { RetentionPolicy, RetentionRule } from '../../model/retention-policy.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import { quote } from '../../model/names/quote.js';
import { describePart } from '../reason.js';

/** Maximum number of rules that warnings name. */
const LISTED = 20;

/** A policy, and the tags that its rules decide. */
interface Decided {
  policy: RetentionPolicy;
  streams: readonly ImageStream[];
  decisions: {
    /** Returns the name of the rule that decides a tag; undefined if none does. */
    ruleOf(stream: ImageStream, tag: number): string | undefined;
  };
}

/** Warns about each rule that decides no tag: it matches none, or earlier rules match all that it matches. */
export function unusedRuleWarnings(decided: Decided): string[] {
  const { policy, streams, decisions } = decided;
  const used = new Set<string | undefined>();
  for (const stream of streams) for (const tag of stream.tags.keys()) used.add(decisions.ruleOf(stream, tag));
  const unused = policy.rules.filter(({ name }) => !used.has(name));
  const warnings = unused.slice(0, LISTED).map((rule) => {
    const [first, ...others] = decidingRules(rule, decided);
    const what =
      first === undefined
        ? 'matches no tag'
        : `decides nothing: rules before it match all of its tags (${quote(first)}${others.length > 0 ? ` and ${others.length} more` : ''})`;
    return `${describePart({ rule: rule.name })} of the policy ${what}`;
  });
  const more = unused.length - warnings.length;
  return more > 0 ? [...warnings, `${more} more rules of the policy decide nothing`] : warnings;
}

/** Returns the names of the rules that decide the tags that a rule matches, in the order of the policy. */
export function decidingRules({ match }: RetentionRule, { policy, streams, decisions }: Decided): string[] {
  const found = new Set<string | undefined>();
  for (const stream of streams) {
    if (!match.namespace(stream.namespace) || !match.stream(stream.name)) continue;
    for (const [tag, { name }] of stream.tags.entries()) if (match.tag(name)) found.add(decisions.ruleOf(stream, tag));
  }
  return policy.rules.map(({ name }) => name).filter((name) => found.has(name));
}
