import { compareText } from '../model/values/compare-text.js';
import { confirmByManifests } from './gather/confirm-by-manifests.js';
import { dropUnlisted } from './gather/drop-unlisted.js';
import { readLists, type VerificationPorts } from './gather/read-cluster.js';
import { readManifests } from './gather/read-manifests.js';
import type { Looked, VerificationWay } from './look.js';
import { affectedBy, type Deleted } from './plan/affected.js';
import { findListed, type Listed } from './plan/listed.js';
import { Needs } from './plan/needs.js';
import { Problems } from './plan/problems.js';
import { remediesFor } from './plan/remedies.js';
import type { Scope } from './plan/scope.js';
import { Users } from './plan/users.js';
import type { BrokenImage, Unchecked, Verification } from './plan/types.js';

/** A verification, and the images that it was about. */
export interface Verified {
  verification: Verification;
  listed: Listed;
  needs: Needs;
  problems: Problems;
  /** The API server's time, in ms since the epoch. */
  now: number;
}

/**
 * Checks whether everything exists that the listed images need. The cluster is read first: a push adds an image to it
 * last, so whatever it lists must exist. What seems to be missing is checked again in the same order, so that an image
 * that was deleted meanwhile is not called broken.
 * @param scopes what is verified; empty: everything
 * @param deleted limits it to the images that share a repository or a blob with what was deleted
 * @throws RegadmError USAGE if an argument names nothing; OTHER_STORAGE; and why something cannot be read at all
 */
export async function verifyImages(
  ports: VerificationPorts,
  way: VerificationWay,
  scopes: readonly Scope[] = [],
  deleted?: Deleted,
): Promise<Verified> {
  const { signal } = ports;
  const { snapshot, now } = await readLists(ports);
  const all = findListed(snapshot, scopes);
  const listed = deleted ? affectedBy(all, deleted) : all;
  await way.prepare?.(listed);
  const problems = new Problems(snapshot.digests);
  const unchecked: Unchecked[] = [];
  await readManifests(way.readManifest, { listed, problems, unchecked, signal });
  const needs = new Needs(listed);
  const looked = await way.look({ listed, needs, problems, unchecked, signal });
  if (problems.size > 0) {
    await dropUnlisted(ports, listed, [problems]);
    const bytesOf = await way.confirm(problems, unchecked);
    await confirmByManifests(way.readManifest, { listed, problems, unchecked, signal, bytesOf });
  }
  const found = { listed, needs, problems, now };
  return { ...found, verification: describe(found, looked, unchecked) };
}

type Found = Omit<Verified, 'verification'>;

function describe(found: Found, looked: Looked, unchecked: Unchecked[]): Verification {
  const { listed, needs } = found;
  const broken = brokenImages(found);
  return {
    summary: {
      images: needs.images,
      blobs: needs.blobs,
      bytesRead: 0,
      broken: broken.length,
      ...looked,
      unlistedImages: needs.unlisted,
      importedImages: listed.imported,
    },
    broken,
    unchecked,
  };
}

/** Describes the images that have problems: who lists and uses them, and what to do. Sorted by digest. */
export function brokenImages({ listed, problems, now }: Found): BrokenImage[] {
  if (problems.size === 0) return [];
  const { digests } = listed.snapshot;
  const images = [...problems.entries()].map(([image]) => image).sort(compareText);
  const users = new Users(listed, new Set(images.map((image) => digests.find(image))), now);
  return images.map((image) => {
    const number = digests.find(image);
    const broken = { image, problems: [...problems.of(image)], tags: users.tagsOf(number) };
    return { ...broken, uses: users.usersOf(number), remedies: remediesFor(broken, users.sourcesOf(number)) };
  });
}
