import { forEachParallel } from '../kit/parallel.js';
import { addedParts, manifestParts } from '../model/image-manifest.js';
import { recordOf } from '../model/table/image-record.js';
import type { Snapshot } from '../model/table/snapshot.js';
import type { Registry } from '../registry/api.js';
import type { PruneOptions } from '../graph/options.js';
import { acceptUnreadable, placesOfUnreadable } from '../graph/unreadable.js';
import type { Reporter } from '../kit/reporter.js';
import { repositoriesListing } from './repositories.js';
import { CONCURRENCY, ManifestSearch } from './search.js';
import { remedyOf } from './texts.js';

/** Maximum number of images that warnings name: tenants choose how many there are. */
const LISTED = 20;

/**
 * Finds out what the unreadable images name: from the registry, or because the user accepts that nothing says it. What
 * is unreadable then restricts the run.
 * @param registry absent, or the error of opening it, if it is not available
 */
export async function resolveUnreadable(
  snapshot: Snapshot,
  options: PruneOptions,
  registry: Registry | Error | undefined,
  { reporter, signal }: { reporter: Reporter; signal: AbortSignal },
): Promise<void> {
  if (registry && !(registry instanceof Error)) {
    const places = placesOfUnreadable(snapshot);
    reporter.phase('reading manifests', snapshot.images.unreadable.size);
    const unpullable = await readUnreadable(snapshot, registry, signal);
    signal.throwIfAborted();
    const { images } = snapshot;
    const whatIsWrong = (image: number): string =>
      images.gaps.certain.has(image) ? 'its object names no layers' : 'its metadata cannot be read';
    warnAboutUnpullable(
      unpullable.map(
        (image) => `image ${images.nameText(image)} (${places.get(image)}) cannot be pulled: ${whatIsWrong(image)}`,
      ),
      reporter,
    );
  }
  for (const line of acceptUnreadable(snapshot, options.ignoreUnreadable)) reporter.warning(line);
  if (registry instanceof Error && snapshot.images.unreadable.size > 0)
    reporter.warning(`cannot ask the registry what unreadable images name: ${registry.message}; ${remedyOf(registry)}`);
}

function warnAboutUnpullable(images: string[], reporter: Reporter): void {
  for (const image of images.slice(0, LISTED))
    reporter.warning(
      `${image}, and the registry does not have its manifest; it counts as an image without layers; push it again, or delete its tags`,
    );
  if (images.length > LISTED) reporter.warning(`${images.length - LISTED} more images cannot be pulled`);
}

/**
 * Reads the manifests of the images that are unreadable, and adds to the snapshot what they name. An image that the
 * registry does not have in any image stream that lists it counts as readable and names no blob. The others stay
 * unreadable, with the reason. Never throws.
 * @returns the images (by number) that cannot be pulled
 */
async function readUnreadable(snapshot: Snapshot, registry: Registry, signal: AbortSignal): Promise<number[]> {
  const { images } = snapshot;
  const unread = [...images.unreadable.keys()];
  const repositories = repositoriesListing(snapshot, unread);
  const search = new ManifestSearch(snapshot, registry, signal);
  const unpullable: number[] = [];
  await forEachParallel(unread, { concurrency: CONCURRENCY }, async (image) => {
    const found = await search.find(image, repositories.get(image) ?? new Set(), (manifest) =>
      learn(snapshot, image, manifest),
    );
    if (found === 'found') return;
    if (found !== 'unknown') {
      const problem = `${images.unreadable.get(image)}, and its manifest cannot be read: ${found.problem}`;
      return void images.unreadable.set(image, problem);
    }
    images.unreadable.delete(image);
    unpullable.push(image);
  });
  return unpullable;
}

/** Adds what a manifest names. If the object could be read, its manifest only adds to what the object states. */
function learn({ images }: Snapshot, image: number, manifest: unknown): void {
  const record = recordOf(images, image);
  if (images.gaps.certain.has(image)) images.complete(image, addedParts(record, manifest));
  else images.learn(image, { ...record, ...manifestParts(manifest), unreadable: '' });
}
