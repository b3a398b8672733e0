import { createHash } from 'node:crypto';
import { forEachParallel } from '../../kit/parallel.js';
import { sha256Hex, type Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { manifestParts } from '../../model/image-manifest.js';
import type { Snapshot } from '../../model/table/snapshot.js';
import { eachOfFamily } from '../plan/family.js';
import type { Listed } from '../plan/listed.js';
import type { Problems } from '../plan/problems.js';
import type { Unchecked } from '../plan/types.js';

/** Maximum number of manifests that are read at the same time: each can have 4 MiB. */
const CONCURRENCY = 16;

/**
 * Reads the manifest of an image.
 * @param repository from which the image is pulled; undefined if no stream lists it
 * @returns undefined if it does not exist
 * @throws RegadmError if that cannot be found out
 */
export type ReadManifest = (digest: Digest, repository: string | undefined) => Promise<Buffer | undefined>;

interface Context {
  listed: Listed;
  problems: Problems;
  unchecked: Unchecked[];
  signal: AbortSignal;
}

/**
 * Reads the manifests of images whose objects do not show what they need, and of listed images and children of image
 * indexes that have no Image object, and adds what they name to the snapshot. A manifest that does not match its digest
 * is a problem.
 */
export async function readManifests(read: ReadManifest, context: Context): Promise<void> {
  const { snapshot, images, withoutObject } = context.listed;
  const repositories = new Map(images);
  const readAll = (level: readonly number[]): Promise<void> =>
    forEachParallel(level, { concurrency: CONCURRENCY }, async (image) => {
      context.signal.throwIfAborted();
      await readOne(read, image, repositories.get(image), context);
    });
  await readAll([...unclearImages(snapshot), ...withoutObject]);
  const done = new Set<number>();
  // Children can be indexes.
  for (let level: number[]; (level = childrenWithoutObject(context.listed, repositories, done)).length > 0;)
    await readAll(level);
}

/** Returns the pushed images whose objects may not name all that their manifests name, as digest numbers. */
function unclearImages({ images }: Snapshot): number[] {
  const unclear = new Set([...images.unreadable.keys(), ...images.gaps.certain, ...images.gaps.possible]);
  return [...unclear].filter((image) => images.managed(image)).map((image) => images.name(image));
}

/**
 * Returns the children of indexes that have no Image object, and that were not returned before.
 * @param repositories from which images are pulled; those of the children of listed indexes are added
 */
function childrenWithoutObject(
  { snapshot, images }: Listed,
  repositories: Map<number, string>,
  done: Set<number>,
): number[] {
  for (const [top, repository] of images)
    eachOfFamily(snapshot, top, (image) => {
      if (!repositories.has(image)) repositories.set(image, repository);
    });
  const found: number[] = [];
  const table = snapshot.images;
  for (let image = 0; image < table.count; image++)
    if (table.managed(image))
      table.eachChild(image, (child) => {
        if (table.indexOf(child) !== -1 || done.has(child)) return;
        done.add(child);
        found.push(child);
      });
  return found;
}

async function readOne(
  read: ReadManifest,
  image: number,
  repository: string | undefined,
  { listed, problems, unchecked }: Context,
): Promise<void> {
  const { digests } = listed.snapshot;
  const digest = digests.digest(image);
  let body: Buffer | undefined;
  try {
    body = await read(digest, repository);
  } catch (error) {
    if (repository !== undefined) unchecked.push({ target: `manifest ${digest}`, message: messageOf(error) });
    return;
  }
  if (!body) return;
  if (!matchesDigest(body, digest)) {
    if (repository !== undefined) problems.add(image, 'corrupt', image, repository);
    return;
  }
  addManifest(listed.snapshot, image, body);
}

/** Returns true if a content is what its digest states; also for digests that are not SHA-256: nothing uses them. */
export function matchesDigest(body: Buffer, digest: Digest): boolean {
  const hex = sha256Hex(digest);
  return hex === undefined || createHash('sha256').update(body).digest('hex') === hex;
}

/** Replaces what the snapshot states about an image by what its manifest names. Other content names nothing. */
export function addManifest({ images, digests }: Snapshot, image: number, body: Buffer): void {
  const parts = partsOf(body);
  if (!parts) return;
  const record = {
    name: digests.text(image),
    uid: '',
    created: NaN,
    managed: true,
    reference: '',
    oci: false,
    hasPlatform: false,
    unreadable: '',
    ...parts,
  };
  const index = images.indexOf(image);
  if (index === -1) return void images.add(record);
  images.learn(index, record);
  images.gaps.close(index, []);
}

function partsOf(body: Buffer): ReturnType<typeof manifestParts> | undefined {
  try {
    return manifestParts(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}
