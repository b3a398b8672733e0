import { forEachParallel } from '../../kit/parallel.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import type { BytesOf } from '../look.js';
import { blobsInManifest, isProblemByManifest, restsOnManifest } from '../plan/by-manifest.js';
import type { Listed } from '../plan/listed.js';
import type { Problems } from '../plan/problems.js';
import type { ImageProblem, Unchecked } from '../plan/types.js';
import { matchesDigest, type ReadManifest } from './read-manifests.js';

/** Maximum number of manifests that are read at the same time: each can have 4 MiB. */
const CONCURRENCY = 16;

interface Context {
  listed: Listed;
  problems: Problems;
  unchecked: Unchecked[];
  signal: AbortSignal;
  bytesOf: BytesOf;
}

/**
 * Reads the manifests of images whose blobs have problems, and removes the problems that the manifests do not confirm:
 * what an Image object states can be incomplete, derived, or written by a tenant.
 */
export async function confirmByManifests(
  read: ReadManifest,
  { problems, unchecked, signal, bytesOf, listed }: Context,
): Promise<void> {
  // An Image object states the size of a config only together with that of layers.
  problems.filter((image, { what }) => what !== 'wrong-size' || hasManifest(image, problems.of(image)));
  const doubtful = [...problems.entries()].filter(
    ([image, found]) => hasManifest(image, found) && found.some(restsOnManifest),
  );
  const { digests } = listed.snapshot;
  const dropped = new Set<ImageProblem>();
  await forEachParallel(doubtful, { concurrency: CONCURRENCY }, async ([image, found]) => {
    signal.throwIfAborted();
    try {
      const body = await read(image as Digest, found[0]!.repository);
      if (!body) return;
      const number = digests.find(image);
      if (!matchesDigest(body, image as Digest)) return problems.add(number, 'corrupt', number, found[0]!.repository);
      const stated = blobsInManifest(body) ?? new Map<string, never>();
      for (const problem of found) if (!isProblemByManifest(problem, stated, bytesOf)) dropped.add(problem);
    } catch (error) {
      signal.throwIfAborted();
      // Nothing is called broken that rests on what could not be read.
      unchecked.push({ target: `manifest ${image}`, message: messageOf(error) });
      for (const problem of found) if (restsOnManifest(problem)) dropped.add(problem);
    }
  });
  problems.filter((_, problem) => !dropped.has(problem));
}

/** True if the manifest of an image, which can confirm its problems, seems to exist and to be intact. */
const hasManifest = (image: string, problems: readonly ImageProblem[]): boolean =>
  !problems.some(
    ({ what, digest }) => digest === image && ['missing-manifest', 'missing-child', 'corrupt'].includes(what),
  );
