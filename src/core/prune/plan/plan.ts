import { Decisions } from '../../graph/decide.js';
import type { PruneOptions } from '../../graph/options.js';
import type { Reason } from '../../graph/reason.js';
import { collectUses, type UseIndex } from '../../graph/uses.js';
import { RegadmError } from '../../model/errors.js';
import type { ImageStream, Snapshot } from '../../model/table/snapshot.js';
import { planLinks } from './links.js';

/** A tag item that goes. */
export interface PlannedItem {
  tag: string;
  position: number;
  /** Digest number. */
  image: number;
  because: Reason;
}

/** A stream that loses items or links. Digests as numbers, in the order of their texts. */
export interface PlannedStream {
  stream: ImageStream;
  /** How many of its items stay. */
  kept: number;
  items: PlannedItem[];
  /** Digests whose links an interrupted run left behind. */
  pending: number[];
  layerLinks: number[];
  manifestLinks: number[];
}

/** What goes, and enough to say why everything else stays. Streams, images and blobs are sorted. */
export interface ImagePrunePlan {
  snapshot: Snapshot;
  options: PruneOptions;
  uses: UseIndex;
  decisions: Decisions;
  streams: PlannedStream[];
  /** Image numbers. */
  images: number[];
  /** Digest numbers. */
  blobs: number[];
}

/**
 * Decides what goes. Pure: the same snapshot, options and `now` (ms) give the same plan, in whatever order the lists came.
 * @throws RegadmError INVALID_REFERENCES that lists every one, unless `ignoreInvalidRefs`
 */
export function planImagePrune(snapshot: Snapshot, options: PruneOptions, now: number): ImagePrunePlan {
  const uses = usesOf(snapshot, options, now);
  const decisions = new Decisions(snapshot, uses, options, now);
  const images = doomedImages(snapshot, decisions);
  return {
    snapshot,
    options,
    uses,
    decisions,
    streams: planStreams(snapshot, options, decisions),
    images,
    blobs: options.pruneRegistry ? doomedBlobs(snapshot, decisions, images) : [],
  };
}

/** Who uses what, as these options see it. @throws RegadmError INVALID_REFERENCES */
export function usesOf(snapshot: Snapshot, options: PruneOptions, now: number): UseIndex {
  const uses = collectUses(snapshot.referrers, snapshot.digests, {
    scope: options.referrers,
    podsYoungerThan: now - options.keepYoungerThanMs,
    everyPod: options.pruneOverSizeLimit,
    namespace: options.namespace,
  });
  if (uses.invalid.length > 0 && !options.ignoreInvalidRefs) {
    throw new RegadmError('failed to build graph - no changes made', {
      code: 'INVALID_REFERENCES',
      suggestions: ['repair or delete the objects listed above, or pass --ignore-invalid-refs to go on without them'],
      invalidReferences: uses.invalid,
    });
  }
  return uses;
}

function planStreams(snapshot: Snapshot, options: PruneOptions, decisions: Decisions): PlannedStream[] {
  const planned = snapshot.streams.map((stream, index) => planStream(snapshot, options, decisions, stream, index));
  return planned
    .filter((one) => one !== undefined)
    .sort((a, b) => compareText(a.stream.namespace, b.stream.namespace) || compareText(a.stream.name, b.stream.name));
}

function planStream(
  snapshot: Snapshot,
  options: PruneOptions,
  decisions: Decisions,
  stream: ImageStream,
  index: number,
): PlannedStream | undefined {
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
  const inScope = options.namespace === undefined || stream.namespace === options.namespace;
  const pending = inScope && options.pruneRegistry ? stream.pending.filter((digest) => !remaining.has(digest)) : [];
  if (items.length === 0 && pending.length === 0) return undefined;
  const removed = [...items.map(({ image }) => image), ...pending];
  const links = options.pruneRegistry
    ? planLinks(snapshot, removed, remaining, options.referrers !== 'oc')
    : { layerLinks: [], manifestLinks: [] };
  return { stream, kept, items, pending, ...links };
}

function doomedImages({ images }: Snapshot, decisions: Decisions): number[] {
  const doomed: number[] = [];
  for (let image = 0; image < images.count; image++) if (!decisions.imageKept(image)) doomed.push(image);
  return doomed.sort((a, b) => images.digests.compare(images.name(a), images.name(b)));
}

function doomedBlobs({ images, digests }: Snapshot, decisions: Decisions, doomed: number[]): number[] {
  const needed = new Uint8Array(digests.size);
  for (let image = 0; image < images.count; image++) {
    if (!decisions.imageKept(image)) continue;
    needed[images.name(image)] = 1;
    images.eachBlob(image, (blob) => (needed[blob] = 1));
  }
  const blobs: number[] = [];
  const take = (blob: number): void => {
    if (needed[blob]) return;
    needed[blob] = 1;
    blobs.push(blob);
  };
  for (const image of doomed) {
    take(images.name(image));
    images.eachBlob(image, take);
  }
  return blobs.sort((a, b) => digests.compare(a, b));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
