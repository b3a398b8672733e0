import type { RetentionPolicy, RetentionRule } from '../../model/retention-policy.js';
import type { ImageStream, SnapshotView } from '../../model/table/snapshot.js';
import type { Decisions } from '../decide.js';
import { storedSizes } from '../stored-sizes.js';
import { decidingRules } from './unused-rules.js';

/** Numbers of tags and of their items. */
export interface TagCounts {
  tags: number;
  items: number;
}

/** What one rule of a policy does, or its defaults. */
export interface RuleEffect {
  /** Tags about which the rule decides, because no rule before it matches them. */
  matches: TagCounts;
  /** Tags that keep an item, and the items that are kept. */
  keeps: TagCounts;
  /** Tags that lose all items, removed items, and the bytes of blobs that go because of this rule alone. */
  removes: TagCounts & { bytes: number };
  /** Earlier rules that decide every tag that the rule matches; empty if it decides one, or matches none. */
  hiddenBy: string[];
}

/** What a prune with a policy does. */
export interface PolicyEffect {
  /** In the order of the policy's rules. */
  rules: RuleEffect[];
  /** Of tags that no rule matches. */
  defaults: RuleEffect;
  /** What is removed. Bytes are those of pushed images. */
  total: TagCounts & { images: number; bytes: number };
}

interface EffectInput {
  snapshot: SnapshotView;
  /** Decided with the policy. */
  decisions: Decisions;
  policy: RetentionPolicy;
  /** Only streams of this namespace. */
  namespace?: string;
}

/** Marks an image or a blob that no rule, or more than one, has removed. */
const NO_RULE = -1;
const SEVERAL = -2;

/** Counts what each rule of a policy matches, keeps and removes. */
export function policyEffect(input: EffectInput): PolicyEffect {
  const { snapshot, policy, namespace } = input;
  const effects = Array.from({ length: policy.rules.length + 1 }, newEffect);
  const indexes = new Map<string | undefined, number>(policy.rules.map(({ name }, index) => [name, index]));
  /** By image number: the index of the rule that removed its items. */
  const removedBy = new Int32Array(snapshot.images.count).fill(NO_RULE);
  snapshot.streams.forEach((stream, index) => {
    if (namespace === undefined || stream.namespace === namespace)
      countStream(input, { stream, index, effects, indexes, removedBy });
  });
  const { images, bytes } = countRemoved(input, removedBy, effects);
  for (const [index, rule] of policy.rules.entries())
    if (effects[index]!.matches.tags === 0) effects[index]!.hiddenBy = rulesThatHide(input, rule);
  const sum = (count: (effect: RuleEffect) => number): number =>
    effects.reduce((total, effect) => total + count(effect), 0);
  return {
    rules: effects.slice(0, -1),
    defaults: effects.at(-1)!,
    total: { tags: sum(({ removes }) => removes.tags), items: sum(({ removes }) => removes.items), images, bytes },
  };
}

function newEffect(): RuleEffect {
  return {
    matches: { tags: 0, items: 0 },
    keeps: { tags: 0, items: 0 },
    removes: { tags: 0, items: 0, bytes: 0 },
    hiddenBy: [],
  };
}

interface StreamPass {
  stream: ImageStream;
  index: number;
  /** In the order of the rules, those of the defaults last. */
  effects: readonly RuleEffect[];
  /** The index of each rule, by name. */
  indexes: ReadonlyMap<string | undefined, number>;
  removedBy: Int32Array;
}

function countStream({ snapshot, decisions }: EffectInput, pass: StreamPass): void {
  const { stream, index, effects, indexes, removedBy } = pass;
  stream.tags.forEach(({ items }, tag) => {
    const rule = indexes.get(decisions.ruleOf(stream, tag)) ?? effects.length - 1;
    const { matches, keeps, removes } = effects[rule]!;
    let kept = 0;
    items.forEach(({ image: digest }, position) => {
      if (decisions.item(index, tag, position).kept) return void kept++;
      const image = snapshot.images.indexOf(digest);
      if (image !== -1) removedBy[image] = merge(removedBy[image]!, rule);
    });
    matches.tags++;
    matches.items += items.length;
    keeps.items += kept;
    removes.items += items.length - kept;
    const isWhole = kept === 0 && (items.length > 0 || decisions.expiredUnder(stream, tag) !== undefined);
    if (isWhole) removes.tags++;
    else keeps.tags++;
  });
}

/** Returns the names of the earlier rules that decide every tag that a rule matches. */
function rulesThatHide({ snapshot, decisions, policy, namespace }: EffectInput, rule: RetentionRule): string[] {
  const streams = snapshot.streams.filter((stream) => namespace === undefined || stream.namespace === namespace);
  return decidingRules(rule, { policy, streams, decisions });
}

function merge(known: number, rule: number): number {
  return known === NO_RULE || known === rule ? rule : SEVERAL;
}

/** Counts the images and bytes that go, and adds the bytes of each rule. */
function countRemoved(
  { snapshot, decisions }: EffectInput,
  removedBy: Int32Array,
  effects: readonly RuleEffect[],
): { images: number; bytes: number } {
  const { images, digests } = snapshot;
  const isNeeded = new Uint8Array(digests.size);
  const blobs = new Int32Array(digests.size).fill(NO_RULE);
  let count = 0;
  for (let image = 0; image < images.count; image++)
    if (decisions.imageKept(image)) images.eachNeed(image, (blob) => (isNeeded[blob] = 1));
  for (let image = 0; image < images.count; image++) {
    if (decisions.imageKept(image)) continue;
    count++;
    const rule = removedBy[image]!;
    images.eachNeed(image, (blob) => (blobs[blob] = rule === NO_RULE ? SEVERAL : merge(blobs[blob]!, rule)));
  }
  let bytes = 0;
  storedSizes(snapshot).forEach((size, blob) => {
    if (size === 0 || isNeeded[blob]) return;
    bytes += size;
    const effect = effects[blobs[blob]!];
    if (effect) effect.removes.bytes += size;
  });
  return { images: count, bytes };
}
