import type { Digest } from '../../model/digest.js';
import { quote } from '../../model/names/quote.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { StreamSettings } from '../../model/stream-settings.js';
import { compareText } from '../../model/values/compare-text.js';
import { factsOf, isStream, type ContentEvidence, type ImageEvidence, type RestoreEvidence } from './evidence.js';
import { groupBy } from './group-by.js';
import { heightsOf } from './heights.js';
import { missingLabels } from './labels.js';
import type { NeededBlob } from './manifest-needs.js';
import { placeItems, positionOf } from './place-items.js';
import type { SavedImage, SavedItem } from './saved.js';

/** Why something is not restored. `skipped`: nothing is there to restore it from; exit status 3 in both cases. */
export interface Obstacle {
  status: 'skipped' | 'failed';
  text: string;
}

/** What one repository needs before it serves an image. */
export interface PlannedTarget {
  repository: RepositoryName;
  /** True if the manifest is pushed. */
  manifest: boolean;
  /** The config and the layers that the repository lacks. */
  blobs: readonly NeededBlob[];
}

/** A tag item that was selected. */
export interface PlannedItem {
  saved: SavedItem;
  /** In the history after the restore; that of the backup if it is not restored. */
  position: number;
  /** True if the stream has it. */
  exists: boolean;
  obstacle?: Obstacle;
}

/** An image that was selected, or a child of an index that was. */
export interface PlannedImage {
  name: Digest;
  saved?: SavedImage;
  /** True if the Image object exists. */
  exists: boolean;
  /** True if the object was created again, and lacks labels or annotations of the saved one. */
  labels: boolean;
  children: readonly Digest[];
  /** 0 if it has no children; otherwise one more than the highest of them. */
  height: number;
  targets: readonly PlannedTarget[];
  items: readonly PlannedItem[];
  obstacle?: Obstacle;
}

/** An image stream that gets items or is created. */
export interface PlannedStream {
  key: RepositoryName;
  /** True if it does not exist. */
  create: boolean;
  /** With which it is created; undefined if the backup does not have them. */
  settings?: StreamSettings;
  items: readonly PlannedItem[];
}

export interface RestorePlan {
  /** The children of an index before the index, then by digest. */
  images: readonly PlannedImage[];
  /** By name. */
  streams: readonly PlannedStream[];
}

/** Computes what is to be pushed, created and updated. */
export function planRestore(
  evidence: RestoreEvidence,
  targets: ReadonlyMap<Digest, readonly RepositoryName[]>,
  content: ContentEvidence,
): RestorePlan {
  const heights = heightsOf(evidence.images);
  const ordered = [...evidence.images.values()]
    .map((image) => ({ image, height: heights.get(image.name) ?? 0 }))
    .sort((one, other) => one.height - other.height || compareText(one.image.name, other.image.name));
  const images = new Map<Digest, Omit<PlannedImage, 'items'>>();
  for (const { image, height } of ordered) {
    const planned = planImage(image, targets.get(image.name) ?? [], { evidence, content });
    const child = planned.children.find((name) => images.get(name)?.obstacle);
    const obstacle = planned.obstacle ?? (child && failed(`its child ${child} cannot be restored`));
    images.set(image.name, { ...planned, height, obstacle });
  }
  const streams = planStreams(evidence, (name) => images.get(name)?.obstacle);
  const items = groupBy(
    streams.flatMap((stream) => stream.items),
    ({ saved }) => saved.item.image,
  );
  return {
    images: [...images.values()].map((image) => ({ ...image, items: items.get(image.name) ?? [] })),
    streams,
  };
}

/** True if nothing has to be done for an image. */
export function isUnchanged({ exists, labels, obstacle, targets, items }: PlannedImage): boolean {
  return (
    exists &&
    !labels &&
    obstacle === undefined &&
    targets.every(({ manifest, blobs }) => !manifest && blobs.length === 0) &&
    items.every((item) => item.exists)
  );
}

function planImage(
  image: ImageEvidence,
  repositories: readonly RepositoryName[],
  { evidence, content }: { evidence: RestoreEvidence; content: ContentEvidence },
): Omit<PlannedImage, 'items' | 'height'> {
  const { name, saved, object, needs, problem } = image;
  const open = repositories.filter((repository) => problemOf(evidence, repository) === undefined);
  const exists = object !== undefined;
  const targets = open.map((repository, at): PlannedTarget => {
    const blobs = (needs?.blobs ?? []).filter(
      ({ digest, foreign }) => !content.hasBlob(repository, digest) && !(foreign && !content.isAvailable(digest)),
    );
    const manifest = (!exists && at === 0) || blobs.length > 0 || !content.hasManifest(repository, name);
    return { repository, manifest, blobs };
  });
  const obstacle = (): Obstacle | undefined => {
    if (problem !== undefined) return failed(problem);
    if (!saved && !object && !needs) return skipped('it is neither in the cluster nor in the backup');
    const [first] = repositories;
    if (first === undefined && factsOf(image)?.managed !== false)
      return failed(
        `nothing shows to which repository it belongs: its reference is ${quote(factsOf(image)?.reference ?? '')}`,
      );
    if (first !== undefined && open.length === 0) return failed(problemOf(evidence, first)!);
    const unread = open.map((repository) => content.problem(repository, name)).find((text) => text !== undefined);
    if (unread !== undefined) return failed(unread);
    const lost = targets.flatMap(({ blobs }) => blobs).find(({ digest }) => !content.isAvailable(digest));
    return lost && failed(`blob ${lost.digest} is neither in the registry nor in the backup`);
  };
  const labels = saved !== undefined && object !== undefined && missingLabels(saved, object) !== undefined;
  return { name, saved, exists, labels, children: needs?.children ?? [], targets, obstacle: obstacle() };
}

/** Returns why nothing can be restored to a stream or its repository. */
function problemOf({ streams }: RestoreEvidence, key: RepositoryName): string | undefined {
  const state = streams.get(key);
  return state !== undefined && 'problem' in state ? state.problem : undefined;
}

function planStreams(evidence: RestoreEvidence, obstacleOf: (image: Digest) => Obstacle | undefined): PlannedStream[] {
  return [...groupBy(evidence.items, ({ stream }) => stream)]
    .sort(([one], [other]) => compareText(one, other))
    .map(([key, items]) => planStream(key, items, { evidence, obstacleOf }));
}

function planStream(
  key: RepositoryName,
  items: readonly SavedItem[],
  { evidence, obstacleOf }: { evidence: RestoreEvidence; obstacleOf: (image: Digest) => Obstacle | undefined },
): PlannedStream {
  const state = evidence.streams.get(key);
  const tags = isStream(state) ? state.tags : [];
  const problem = problemOf(evidence, key);
  const planned = items.map((saved): PlannedItem => {
    const existing = positionOf(tags.find(({ name }) => name === saved.tag)?.items ?? [], saved.item);
    if (existing !== -1) return { saved, position: existing, exists: true };
    const obstacle = problem === undefined ? obstacleOf(saved.item.image) : failed(problem);
    return { saved, position: saved.position, exists: false, obstacle };
  });
  const placed = placeItems(
    { tags },
    planned.filter(({ exists, obstacle }) => !exists && !obstacle).map(({ saved }) => saved),
  );
  const positions = new Map(placed.map(({ item, position }) => [item, position]));
  return {
    key,
    create: placed.length > 0 && !isStream(state),
    settings: state && 'missing' in state ? state.settings : undefined,
    items: planned.map((item) => ({ ...item, position: positions.get(item.saved.item) ?? item.position })),
  };
}

function failed(text: string): Obstacle {
  return { status: 'failed', text };
}

function skipped(text: string): Obstacle {
  return { status: 'skipped', text };
}
