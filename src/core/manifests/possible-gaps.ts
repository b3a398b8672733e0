import { forEachParallel } from '../kit/parallel.js';
import type { Reporter } from '../kit/reporter.js';
import { addedParts } from '../model/image-manifest.js';
import { recordOf } from '../model/table/image-record.js';
import type { Snapshot } from '../model/table/snapshot.js';
import type { Registry } from '../registry/api.js';
import { repositoriesListing } from './repositories.js';
import { CONCURRENCY, ManifestSearch } from './search.js';

/**
 * Reads the manifests of the pushed images whose objects may not name all their blobs, and adds to the snapshot what
 * they name: it is kept with the image. An image whose manifest the registry does not have, or cannot serve, names what
 * its object states. Imported images are not read, because the registry would fetch their manifests from others.
 * @param limit maximum number of manifests
 */
export async function readPossibleGaps(
  snapshot: Snapshot,
  registry: Registry,
  limit: number,
  { reporter, signal }: { reporter: Reporter; signal: AbortSignal },
): Promise<void> {
  const { images } = snapshot;
  const open = [...images.gaps.possible].filter((image) => images.managed(image));
  if (open.length === 0) return;
  if (open.length > limit) return reporter.warning(skippedInDryRun(open.length));
  reporter.phase('reading manifests', open.length);
  const repositories = repositoriesListing(snapshot, open);
  const search = new ManifestSearch(snapshot, registry, signal);
  const unread: { image: number; problem: string }[] = [];
  await forEachParallel(open, { concurrency: CONCURRENCY }, async (image) => {
    const pullable = repositories.get(image);
    if (!pullable?.size) return;
    const found = await search.find(image, pullable, (manifest) =>
      images.complete(image, addedParts(recordOf(images, image), manifest)),
    );
    if (typeof found === 'object') unread.push({ image, problem: found.problem });
  });
  signal.throwIfAborted();
  const [first] = unread;
  if (first) reporter.warning(unreadWarning(unread.length, images.nameText(first.image), first.problem));
}

function unreadWarning(count: number, image: string, problem: string): string {
  if (count === 1)
    return `cannot read the manifest of image ${image}, whose object may not name all its blobs: ${problem}; blobs that only it names are not kept; push the image again, or run as a user who may pull`;
  return `cannot read ${count} manifests of images whose objects may not name all their blobs (first: image ${image}): ${problem}; blobs that only they name are not kept; push the images again, or run as a user who may pull`;
}

function skippedInDryRun(count: number): string {
  if (count === 1)
    return 'skipping the manifest of an image whose object may not name all its blobs in a dry run; blobs that only it names are kept with --confirm, but can be in this plan';
  return `skipping ${count} manifests of images whose objects may not name all their blobs in a dry run; blobs that only they name are kept with --confirm, but can be in this plan`;
}
