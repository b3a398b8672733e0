import type { RepositoryName } from '../../model/names/repository-name.js';
import { STATUS, type StatusCode, type StreamOutcome } from '../outcome.js';
import { neededDigests } from '../plan/links.js';
import type { PlannedStream } from '../plan/plan.js';
import type { RegistryDeletions } from '../ports.js';
import type { Run } from './run.js';

/**
 * Note for links that cannot be reached: without the image stream, the registry answers 500 to every deletion of a
 * manifest link (recorded).
 */
export const STREAM_GONE =
  'the image stream no longer exists: only a hard prune reaches what is left in its repository';

type LinkKind = 'layer' | 'manifest';

/** The links of one stream that may be deleted now. */
interface LinkWork {
  run: Run;
  registry: RegistryDeletions;
  /** `namespace/name`: the repository. */
  key: RepositoryName;
  outcome: StreamOutcome;
  /** The images (digest numbers) that each link belongs to. */
  owners: Map<number, number[]>;
  /** Images with a link that could not be deleted. */
  unfinished: Set<number>;
  /** Links that images need whose items an interrupted run has removed, and which were not saved. */
  unsaved: ReadonlySet<number>;
  /** True while more items are to be removed from the stream: links that those items need are deleted later. */
  moreToCome: boolean;
}

/** A stream whose links are to be deleted. */
interface StreamLinks {
  planned: PlannedStream;
  outcome: StreamOutcome;
  /** The images (digest numbers) whose links may be deleted. */
  images: number[];
  /** True while more items are to be removed from the stream. */
  moreToCome?: boolean;
}

/**
 * Deletes the planned links of images that a stream no longer lists: layer links, then manifest links. A link that is
 * needed again is kept. A link that cannot be deleted blocks the deletion of its image, so that the next run finds it.
 * @returns the images whose links are all deleted
 */
export async function pruneLinks(
  run: Run,
  registry: RegistryDeletions,
  { planned, outcome, images, moreToCome = false }: StreamLinks,
): Promise<Set<number>> {
  const key = planned.repository;
  const unfinished = new Set<number>();
  const unsaved = neededDigests(
    run.plan.snapshot,
    planned.pending.filter((digest) => run.unsaved.images.has(digest)),
    true,
  );
  const work = { run, registry, key, outcome, owners: linkOwners(run, images), unfinished, unsaved, moreToCome };
  await deleteAll(work, planned.layerLinks, 'layer');
  await deleteAll(work, planned.manifestLinks, 'manifest');
  run.ports.view.forgetLinks(key);
  return new Set(images.filter((image) => run.isActive && !unfinished.has(image)));
}

/**
 * Returns the images that each link belongs to: a manifest to its own image, configs and layers to all images that have
 * them.
 */
function linkOwners(run: Run, digests: number[]): Map<number, number[]> {
  const { images } = run.plan.snapshot;
  const owners = new Map<number, number[]>();
  const add = (link: number, image: number): void => {
    const list = owners.get(link);
    if (list) list.push(image);
    else owners.set(link, [image]);
  };
  for (const digest of digests) {
    add(digest, digest);
    const image = images.indexOf(digest);
    if (image !== -1) images.eachBlob(image, (blob) => add(blob, digest));
  }
  return owners;
}

async function deleteAll(work: LinkWork, links: readonly number[], kind: LinkKind): Promise<void> {
  const { run, owners, outcome } = work;
  const codes = kind === 'layer' ? outcome.layerLinks : outcome.manifestLinks;
  const open = [...links.keys()].filter((index) => codes[index] === STATUS.planned && owners.has(links[index]!));
  await run.forEach(open, async (index) => {
    const link = links[index]!;
    const code = await deleteLink(work, link, kind);
    codes[index] = code;
    if (code === STATUS.failed) blockImages(work, link);
  });
}

async function deleteLink(work: LinkWork, link: number, kind: LinkKind): Promise<StatusCode> {
  const { run, owners, unfinished, outcome } = work;
  // The manifest link is kept while layer links of its image remain, because the next run finds them through it.
  if (kind === 'manifest' && owners.get(link)!.some((image) => unfinished.has(image))) return STATUS.skipped;
  if (!(await run.waitUntilFresh())) return STATUS.planned;
  const obstacle = obstacleTo(work, link);
  if (!obstacle) return requestDeletion(work, link, kind);
  if (work.moreToCome && obstacle !== STREAM_GONE) return STATUS.planned;
  outcome.note = obstacle;
  return STATUS.skipped;
}

async function requestDeletion(work: LinkWork, link: number, kind: LinkKind): Promise<StatusCode> {
  const { run, registry, key, outcome } = work;
  const digest = run.plan.snapshot.digests.digest(link);
  const beforeRetry = run.recheckBeforeRetry(() => obstacleTo(work, link));
  const entry = { action: `delete-${kind}-link`, repository: key, digest } as const;
  try {
    const result =
      kind === 'layer'
        ? await registry.deleteLayerLink(key, digest, { beforeRetry })
        : await registry.deleteManifestLink(key, digest, { beforeRetry });
    await run.record({ ...entry, result });
    return result === 'gone' ? STATUS.gone : STATUS.deleted;
  } catch (error) {
    if (obstacleTo(work, link) === STREAM_GONE) {
      outcome.note = STREAM_GONE;
      return STATUS.skipped;
    }
    const message = run.fail(`${kind} link ${digest} in repository ${key}`, error, key);
    await run.record({ ...entry, result: 'failed', message });
    return STATUS.failed;
  }
}

/** Returns why a link must be kept now; undefined if it may be deleted. */
function obstacleTo({ run, key, unsaved }: LinkWork, link: number): string | undefined {
  const { view } = run.ports;
  if (!view.stream(key)) return STREAM_GONE;
  if (unsaved.has(link)) return 'an image that was not saved needs it';
  return view.linkNeeded(key, link)
    ? `an item that the stream lists now needs ${run.plan.snapshot.digests.text(link)}`
    : undefined;
}

function blockImages({ run, owners, unfinished, key }: LinkWork, link: number): void {
  for (const image of owners.get(link) ?? []) {
    unfinished.add(image);
    run.blocked.set(image, `a link in repository ${key} could not be deleted`);
  }
}
