import type { RetentionDefaults, RetentionRule } from '../../model/retention-policy.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import type { PruneOptions, PullOptions } from '../options.js';
import type { PolicyPart } from '../reason.js';
import { agedTags } from './aged-tags.js';
import type { PulledRule, Retention } from './retention.js';

/** The rules of the tags of one state of a stream. */
interface StreamRules {
  readonly retentions: readonly Retention[];
  /** By tag: 1 if its age lets it expire; computed when a rule with `expireTag` is asked for. */
  aged?: Uint8Array;
}

/** Finds the rule that decides a tag, once for every state of a stream. Without a policy, the flags decide all tags. */
export class TagRules {
  /** What decides where no rule does. */
  readonly standard: Retention;
  private readonly rules: readonly { rule: RetentionRule; retention: Retention }[];
  private readonly found = new WeakMap<ImageStream, StreamRules>();
  /** The stream that was asked for last: items are visited stream by stream. */
  private last: { stream: ImageStream; rules: StreamRules } | undefined;

  constructor({ policy, ...flags }: PruneOptions, now: number) {
    const toRetention = (values: RetentionDefaults, part?: PolicyPart): Retention => ({
      keepTagRevisions: values.keepTagRevisions,
      youngerThan: flags.pruneOverSizeLimit ? Infinity : now - values.keepYoungerThanMs,
      pulled: flags.pulls && pulledRule(flags.pulls, values, part),
      ...(part ? { policy: part } : {}),
    });
    this.standard = policy ? toRetention(policy.defaults, {}) : toRetention(flags);
    this.rules = (policy?.rules ?? []).map((rule) => ({
      rule,
      retention: {
        ...toRetention(rule, { rule: rule.name }),
        keepAlways: rule.keep === 'always',
        expiry: rule.expireTag && { ...rule.expireTag, olderThan: now - rule.expireTag.olderThanMs, rule: rule.name },
      },
    }));
  }

  /** Returns what decides a tag of any state of a stream. */
  of(stream: ImageStream, tag: number): Retention {
    return this.rules.length === 0 ? this.standard : this.rulesOf(stream).retentions[tag]!;
  }

  /** Returns true if a rule lets a tag of any state of a stream expire because of its age, unless something uses it. */
  isAged(stream: ImageStream, tag: number): boolean {
    const rules = this.rulesOf(stream);
    rules.aged ??= agedTags(stream, rules.retentions);
    return rules.aged[tag] === 1;
  }

  /** Returns the longest time for which pulls keep something. */
  longestPulled(): PulledRule | undefined {
    const all = [this.standard, ...this.rules.map(({ retention }) => retention)].flatMap(({ pulled = [] }) => pulled);
    return all.reduce<PulledRule | undefined>((a, b) => (a && a.withinMs >= b.withinMs ? a : b), undefined);
  }

  private rulesOf(stream: ImageStream): StreamRules {
    if (this.last?.stream === stream) return this.last.rules;
    let rules = this.found.get(stream);
    if (!rules) this.found.set(stream, (rules = { retentions: this.find(stream) }));
    this.last = { stream, rules };
    return rules;
  }

  private find({ namespace, name, tags }: ImageStream): Retention[] {
    const rules = this.rules.filter(({ rule: { match } }) => match.namespace(namespace) && match.stream(name));
    return tags.map((tag) => rules.find(({ rule }) => rule.match.tag(tag.name))?.retention ?? this.standard);
  }
}

/** Chooses the longer one of what the flag and the policy state: pulls only ever keep more. */
function pulledRule(
  { keepPulledWithinMs: byFlag = -1 }: PullOptions,
  { keepPulledWithinMs: byPolicy = -1 }: RetentionDefaults,
  policy: PolicyPart | undefined,
): PulledRule | undefined {
  if (byPolicy >= byFlag) return byPolicy < 0 ? undefined : { withinMs: byPolicy, policy };
  return { withinMs: byFlag };
}
