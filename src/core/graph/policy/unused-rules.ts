import type { RetentionPolicy, RetentionRule } from '../../model/retention-policy.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import { describePart } from '../reason.js';
import type { TagRules } from './tag-rules.js';

/** Maximum number of rules that warnings name. */
const LISTED = 20;

/** Warns about each rule that decides no tag: it matches none, or earlier rules match all that it matches. */
export function unusedRuleWarnings(
  { rules }: Pick<RetentionPolicy, 'rules'>,
  streams: readonly ImageStream[],
  tagRules: Pick<TagRules, 'of'>,
): string[] {
  const used = new Set<string | undefined>();
  for (const stream of streams) for (const tag of stream.tags.keys()) used.add(tagRules.of(stream, tag).policy?.rule);
  const unused = rules.filter(({ name }) => !used.has(name));
  const warnings = unused.slice(0, LISTED).map(({ name, match }) => {
    const what = matchesAny(match, streams)
      ? 'decides nothing: rules before it match all of its tags'
      : 'matches no tag';
    return `${describePart({ rule: name })} of the policy ${what}`;
  });
  const more = unused.length - warnings.length;
  return more > 0 ? [...warnings, `${more} more rules of the policy decide nothing`] : warnings;
}

function matchesAny(match: RetentionRule['match'], streams: readonly ImageStream[]): boolean {
  return streams.some(
    ({ namespace, name, tags }) =>
      match.namespace(namespace) && match.stream(name) && tags.some((tag) => match.tag(tag.name)),
  );
}
