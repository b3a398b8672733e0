import type { ClusterApi } from '../../cluster/api.js';
import { IMAGES } from '../../cluster/resources.js';
import { withGrace } from '../../kit/grace.js';
import { forEachParallel } from '../../kit/parallel.js';
import { parseDigest, sha256Digest, sha256Hex } from '../../model/digest.js';
import type { Failure } from '../../model/document.js';
import { messageOf } from '../../model/errors.js';
import { lateImageFailure, lateImagesUnknown, uncheckedImageFailure } from '../../model/late-image.js';
import { LateImages, type LateImage } from '../gather/late-images.js';
import { parseManifestDigests } from '../../orphans/gather/manifest.js';
import { collect } from '../../orphans/gather/usage.js';
import type { Pruner } from '../way/way.js';
import type { Attempt } from './outcome.js';

/** Maximum number of manifests that are read at the same time: each can have 4 MiB. */
const CONCURRENCY = 16;

interface Look {
  api: ClusterApi;
  pruner: Pruner | undefined;
  /** Aborts on an interruption: the next run cannot find these images, so this one still looks, for a few seconds. */
  signal: AbortSignal;
}

/**
 * Finds the images that need a blob which a run has deleted. They were pushed during the run, because every image that
 * the run knew kept its blobs. Read-only mode excludes pushes, but not Image objects that another user creates.
 * @returns a failure for each such image, for each that cannot be checked, and one if the images cannot be read
 */
export async function findLateImages(
  { findings, deletions }: Pick<Attempt, 'findings' | 'deletions'>,
  { api, pruner, signal }: Look,
): Promise<Failure[]> {
  if (!findings || !pruner?.mayHaveDeleted) return [];
  const deleted = possiblyDeleted({ findings, deletions });
  if (deleted.size === 0) return [];
  try {
    return await withGrace(signal, async (ending) => {
      const isDeleted = (hex: string): boolean => deleted.has(sha256Digest(hex));
      const create = (): LateImages => new LateImages(isDeleted, findings.images);
      const late = await (pruner.collectImages?.(create, findings.images ?? new Set(), ending) ??
        collect(api, IMAGES, create, { signal: ending }));
      const failures: Failure[] = [];
      await forEachParallel(late.found, { concurrency: CONCURRENCY }, async (image) => {
        ending.throwIfAborted();
        failures.push(...(await check(image, late, pruner, deleted)));
      });
      return failures;
    });
  } catch (error) {
    return [lateImagesUnknown(error)];
  }
}

/** Returns the digests of the blobs that the run has deleted, or may have deleted; with true if it has. */
function possiblyDeleted({ findings, deletions }: Pick<Attempt, 'findings' | 'deletions'>): Map<string, boolean> {
  const found = new Map<string, boolean>();
  if (!deletions || deletions.isIncomplete)
    for (const { digest } of findings?.plan.blobs ?? []) found.set(digest, false);
  for (const [at, { digest }] of deletions?.plan.blobs.entries() ?? []) {
    const status = deletions?.outcomes.blobs[at]?.status;
    if (status === 'deleted' || status === 'failed') found.set(digest, status === 'deleted');
  }
  return found;
}

async function check(
  image: LateImage,
  late: LateImages,
  pruner: Pruner,
  deleted: ReadonlyMap<string, boolean>,
): Promise<Failure[]> {
  const { needs, problem } = await completeNeeds(image, late, pruner);
  const blobs = needs.map(sha256Digest).filter((digest) => deleted.has(digest));
  if (blobs.length > 0)
    return [
      lateImageFailure(
        image,
        blobs,
        blobs.every((digest) => deleted.get(digest)),
      ),
    ];
  return problem === undefined ? [] : [uncheckedImageFailure(image, problem)];
}

/**
 * Returns what an image needs: what its object states, and what manifests state that the object leaves open.
 * @returns also why a manifest cannot be read, unless the object may state everything
 */
async function completeNeeds(
  { name, needs, children, isIncomplete, isDoubtful }: LateImage,
  late: LateImages,
  pruner: Pruner,
): Promise<{ needs: string[]; problem?: string }> {
  const found = new Set([...needs, ...children]);
  const open = new Set(children.filter((child) => !late.hasObject(child)));
  const own = isIncomplete || isDoubtful ? hexOf(name) : undefined;
  if (own !== undefined) open.add(own);
  let problem: string | undefined;
  for (const hex of open) {
    try {
      const manifest = await readManifest(hex, pruner);
      for (const part of [...manifest.blobs, ...manifest.children]) found.add(part);
      for (const child of manifest.children) if (!late.hasObject(child)) open.add(child);
    } catch (error) {
      if (hex !== own || isIncomplete) problem ??= messageOf(error);
    }
  }
  return { needs: [...found], problem };
}

function hexOf(name: string): string | undefined {
  const digest = parseDigest(name);
  return digest && sha256Hex(digest);
}

async function readManifest(hex: string, pruner: Pruner): Promise<ReturnType<typeof parseManifestDigests>> {
  if (!pruner.readManifest) throw new Error('its manifest cannot be read in the pod');
  const text = await pruner.readManifest(sha256Digest(hex));
  if (text === undefined) throw new Error('its manifest is not in the storage');
  return parseManifestDigests(text);
}
