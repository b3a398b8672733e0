import type { Decisions } from '../../graph/decide.js';
import { toImageKey, toItemKey, toTagKey, tagKey, type NamedByPlan } from '../../graph/named-by-plan.js';
import { refusal } from '../../model/errors.js';
import type { SnapshotView } from '../../model/table/snapshot.js';
import { expiredTags, type ExpiryRules } from './expired-tags.js';
import type { ParsedPlanFile } from './parse-plan-file.js';
import type { PlanFile, PlanFileItem, PlanFileStream } from './plan-file.js';

/**
 * Compares a plan file with what the rules alone would delete now.
 * @param rules with the decision without the plan file
 * @returns `only`: what the file names; `kept`: what the file names, but the rules keep now
 * @throws RegadmError PLAN_OF_ANOTHER_CLUSTER; PLAN_EDITED if an edited file names what the rules keep
 */
export function compareWithPlanFile(
  rules: ExpiryRules,
  { content, unchanged }: ParsedPlanFile,
): { only: NamedByPlan; kept: string[] } {
  const { snapshot, decisions } = rules;
  assertSameCluster(snapshot, content);
  const kept = [...itemsKept(snapshot, decisions, content), ...imagesKept(snapshot, decisions, content)];
  if (!unchanged) assertNothingAdded([...kept, ...tagsKept(rules, content)]);
  return { only: toNamed(content), kept };
}

function toNamed({ imageStreams, images }: PlanFile): NamedByPlan {
  return {
    items: new Set(imageStreams.flatMap((stream) => stream.items.map((item) => keyOf(stream, item)))),
    tags: new Set(
      imageStreams.flatMap(({ uid, expiredTags = [] }) => expiredTags.map(({ tag, entry }) => tagKey(uid, tag, entry))),
    ),
    images: new Set(images.map(({ name, uid }) => toImageKey(name, uid))),
  };
}

/** Finds the tag items that the file names and the rules do not delete. */
function itemsKept(snapshot: SnapshotView, decisions: Decisions, { imageStreams }: PlanFile): string[] {
  const positions = new Map(snapshot.streams.map(({ uid }, index) => [uid, index]));
  return imageStreams.flatMap((stream) => {
    const deleted = deletedItems(snapshot, decisions, positions.get(stream.uid));
    return stream.items.filter((item) => !deleted.has(keyOf(stream, item))).map((item) => describeItem(stream, item));
  });
}

function keyOf({ uid }: PlanFileStream, item: PlanFileItem): string {
  return toItemKey({ ...item, streamUid: uid, created: Date.parse(item.created) });
}

function describeItem({ namespace, name }: PlanFileStream, { tag, image }: PlanFileItem): string {
  return `${namespace}/${name}:${tag} ${image}`;
}

/** Finds the tags that the file lets expire and the rules do not. */
function tagsKept(rules: ExpiryRules, { imageStreams }: PlanFile): string[] {
  const { snapshot, decisions } = rules;
  const positions = new Map(snapshot.streams.map(({ uid }, index) => [uid, index]));
  return imageStreams.flatMap(({ uid, namespace, name, expiredTags: tags = [] }) => {
    const index = positions.get(uid);
    const expired = new Set<string>();
    if (index !== undefined && tags.length > 0) {
      const stream = snapshot.streams[index]!;
      const removed = stream.tags.flatMap(({ name: tag, items }, at) =>
        items.flatMap((_item, position) => (decisions.item(index, at, position).kept ? [] : [{ tag }])),
      );
      for (const { tag } of expiredTags(stream, removed, rules)) expired.add(toTagKey(stream, tag));
    }
    return tags
      .filter(({ tag, entry }) => !expired.has(tagKey(uid, tag, entry)))
      .map(({ tag }) => `tag ${namespace}/${name}:${tag}`);
  });
}

/** Returns the keys of a stream's items that the rules delete. */
function deletedItems({ streams, digests }: SnapshotView, decisions: Decisions, index?: number): Set<string> {
  const deleted = new Set<string>();
  if (index === undefined) return deleted;
  const { uid: streamUid, tags } = streams[index]!;
  tags.forEach(({ name: tag, items }, tagIndex) =>
    items.forEach(({ image, created }, position) => {
      if (decisions.item(index, tagIndex, position).kept) return;
      deleted.add(toItemKey({ streamUid, tag, image: digests.text(image), created }));
    }),
  );
  return deleted;
}

/** Finds the images that the file names and the rules do not delete. */
function imagesKept({ images }: SnapshotView, decisions: Decisions, file: PlanFile): string[] {
  const isDeleted = (name: string, uid: string): boolean => {
    const image = images.find(name);
    return image !== -1 && images.uid(image) === uid && !decisions.imageKept(image);
  };
  return file.images.filter(({ name, uid }) => !isDeleted(name, uid)).map(({ name }) => `image ${name}`);
}

function assertNothingAdded(kept: string[]): void {
  if (kept.length === 0) return;
  const others = kept.length > 1 ? ` and ${kept.length - 1} more` : '';
  throw refusal(
    'PLAN_EDITED',
    `the plan was edited to delete what a new plan would not: ${kept[0]}${others}; nothing was changed`,
    ['make a new plan with --plan-out'],
  );
}

function assertSameCluster({ streams, images }: SnapshotView, file: PlanFile): void {
  const uids = new Set(streams.map(({ uid }) => uid));
  const isKnown =
    [...file.imageStreams.map(({ uid }) => uid), ...(file.witnesses ?? [])].some((uid) => uids.has(uid)) ||
    file.images.some(({ name, uid }) => {
      const image = images.find(name);
      return image !== -1 && images.uid(image) === uid;
    });
  if (isKnown || file.imageStreams.length + file.images.length === 0) return;
  throw refusal(
    'PLAN_OF_ANOTHER_CLUSTER',
    'the plan belongs to another cluster: none of its objects exists here; nothing was changed',
    ['check --context and --server, or make a new plan with --plan-out'],
  );
}
