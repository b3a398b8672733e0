import type { Decisions } from '../../graph/decide.js';
import type { PruneOptions } from '../../graph/options.js';
import { streamKey } from '../../model/image-stream.js';
import { compareText } from '../../model/values/compare-text.js';
import type { ImageStream, SnapshotView } from '../../model/table/snapshot.js';
import { sortDigests } from '../../model/table/sort-digests.js';
import { decide, decideAgain, type Decided, type Evidence } from './evidence.js';
import { expiredTags, type ExpiryRules } from './expired-tags.js';
import { planLinks } from './links.js';
import { compareWithPlanFile } from './narrow.js';
import type { ImagePrunePlan, PlannedItem, PlannedStream } from './types.js';

export type { ImagePrunePlan, PlannedItem, PlannedStream } from './types.js';

/**
 * Computes the plan. Pure: the same evidence and options give the same plan, whatever the order of the lists.
 * @throws RegadmError INVALID_REFERENCES with all of them, unless `ignoreInvalidRefs`
 * @throws RegadmError PLAN_EDITED, PLAN_OF_ANOTHER_CLUSTER if the plan file cannot be applied
 */
export function planImagePrune(evidence: Evidence, options: PruneOptions): ImagePrunePlan {
  const { snapshot } = evidence;
  const { uses, decisions, only, keptDespitePlanFile } = restrict(decideFully(evidence, options), evidence, options);
  const images = imagesToDelete(snapshot, decisions);
  return Object.freeze({
    snapshot,
    options: Object.freeze({ ...options }),
    uses,
    decisions,
    streams: Object.freeze(planStreams({ snapshot, options, decisions, uses, only })),
    images: Object.freeze(images),
    blobs: Object.freeze(options.pruneRegistry ? blobsToDelete(snapshot, decisions, images) : []),
    only,
    keptDespitePlanFile: Object.freeze(keptDespitePlanFile),
  });
}

function decideFully(evidence: Evidence, options: PruneOptions): Decided {
  const { draft, snapshot } = evidence;
  if (!draft) return decide(evidence, options);
  return snapshot.subjects.size + snapshot.unreadManifests.size === 0 ? draft : decideAgain(draft, evidence, options);
}

/** Restricts the decision to what the plan file names. */
function restrict(
  decided: Decided,
  evidence: Evidence,
  options: PruneOptions,
): Decided & Pick<ImagePrunePlan, 'only' | 'keptDespitePlanFile'> {
  const { planFile, snapshot } = evidence;
  if (!planFile) return { ...decided, keptDespitePlanFile: [] };
  const { only, kept } = compareWithPlanFile({ snapshot, options, ...decided }, planFile);
  return { ...decideAgain(decided, evidence, options, only), only, keptDespitePlanFile: kept };
}

function planStreams(rules: ExpiryRules): PlannedStream[] {
  return rules.snapshot.streams
    .map((stream, index) => planStream(stream, index, rules))
    .filter((planned) => planned !== undefined)
    .sort((a, b) => compareText(a.stream.namespace, b.stream.namespace) || compareText(a.stream.name, b.stream.name));
}

function planStream(stream: ImageStream, index: number, rules: ExpiryRules): PlannedStream | undefined {
  const { snapshot, options, decisions } = rules;
  const { repositoryName: repository } = stream;
  if (!repository) return undefined;
  const items: PlannedItem[] = [];
  const remaining = new Set<number>();
  let kept = 0;
  stream.tags.forEach((tag, tagIndex) =>
    tag.items.forEach(({ image }, position) => {
      const verdict = decisions.item(index, tagIndex, position);
      if (!verdict.kept) return void items.push({ tag: tag.name, position, image, because: verdict.because });
      remaining.add(image);
      kept++;
    }),
  );
  const expired = expiredTags(stream, items, rules);
  const inScope = options.namespace === undefined || stream.namespace === options.namespace;
  const pending =
    inScope && options.pruneRegistry
      ? stream.pending.filter((digest) => !remaining.has(digest) && !decisions.keepsLinks(stream, digest))
      : [];
  if (items.length + pending.length + expired.length === 0) return undefined;
  const removed = [...items.map(({ image }) => image), ...pending];
  const pulled = [...remaining, ...(decisions.promotions?.imagesOf(streamKey(stream)) ?? [])];
  const links = options.pruneRegistry
    ? planLinks(snapshot, { removed, remaining: pulled, includeChildren: options.referrers !== 'oc' })
    : { layerLinks: [], manifestLinks: [] };
  return Object.freeze({
    stream,
    repository,
    kept,
    items: Object.freeze(items),
    pending: Object.freeze(pending),
    expired: Object.freeze(expired),
    ...links,
  });
}

function imagesToDelete({ images, digests }: SnapshotView, decisions: Decisions): number[] {
  const deleted: number[] = [];
  for (let image = 0; image < images.count; image++) if (!decisions.imageKept(image)) deleted.push(image);
  const names = deleted.map((image) => images.name(image));
  return sortDigests(names, digests).map((name) => images.indexOf(name));
}

/** Finds the blobs of the images to delete that no other image needs. */
function blobsToDelete({ images, digests }: SnapshotView, decisions: Decisions, deleted: number[]): number[] {
  const seen = new Uint8Array(digests.size);
  for (let image = 0; image < images.count; image++) {
    if (!decisions.imageKept(image)) continue;
    seen[images.name(image)] = 1;
    images.eachNeed(image, (blob) => (seen[blob] = 1));
  }
  const blobs: number[] = [];
  const take = (blob: number): void => {
    if (seen[blob]) return;
    seen[blob] = 1;
    blobs.push(blob);
  };
  for (const image of deleted) {
    take(images.name(image));
    images.eachBlob(image, take);
  }
  return sortDigests(blobs, digests);
}
