import type { Storage } from '../../storage/storage.js';
import { listedImages, type ClusterUsage, type ManifestScope } from '../plan/usage.js';
import { ManifestReading } from './manifest-reading.js';
import { parseManifestDigests } from './manifest.js';

/** Maximum number of images that the warnings name. */
const NAMED = 20;

/** What `addManifestUses` found beside uses. */
interface ManifestFindings {
  /**
   * About images whose manifests are not in the storage, or do not match their digests, and about indexes without an
   * Image object.
   */
  warnings: string[];
  /** Manifests that the storage does not have, as hex. */
  absent: ReadonlySet<string>;
}

/**
 * Adds to the usage what only manifests in the storage name: the blobs of images whose objects do not name them all,
 * and the children of image indexes that a stream lists, with their blobs, even if an index or a child has no Image
 * object.
 * @param scope by default, all that is in the usage
 * @throws RegadmError IMAGE_UNREADABLE if a manifest exists but cannot be read
 */
export async function addManifestUses(
  storage: Pick<Storage, 'readBlob'>,
  usage: ClusterUsage,
  signal: AbortSignal,
  scope = scopeOf(usage),
): Promise<ManifestFindings> {
  const reading = new ManifestReading(storage, usage, signal);
  const missing = await reading.read(scope.incomplete);
  await reading.read(scope.doubtful, parseManifestDigests);
  await reading.readWithoutLayers(scope.withoutLayers);
  await reading.addListedIndexes(scope.listed);
  await reading.addChildren(scope.listed);
  const unknown = missing.filter((hex) => !usage.embedded.has(hex)).map((hex) => reading.describe(hex));
  const warnings = [
    ...warningsAbout(unknown, UNKNOWN),
    ...warningsAbout(reading.damaged, DAMAGED),
    ...warningsAbout(reading.forgotten, FORGOTTEN),
  ];
  return { warnings, absent: reading.absent };
}

function scopeOf(usage: ClusterUsage): ManifestScope {
  const { incomplete, doubtful, withoutLayers } = usage;
  return {
    incomplete,
    doubtful: [...doubtful],
    withoutLayers: [...withoutLayers],
    listed: [...listedImages(usage)],
  };
}

interface Problem {
  ofOne: string;
  ofMore: string;
}

const UNKNOWN: Problem = {
  ofOne: 'does not name all its blobs, and its manifest is not in the storage: only the blobs that it names are kept',
  ofMore: 'do not name all their blobs and have no manifest here',
};

const DAMAGED: Problem = {
  ofOne:
    'cannot be pulled: its manifest in the storage does not match its digest. What the manifest and the Image object name is kept; push the image again, or delete it',
  ofMore: 'have a manifest in the storage that does not match its digest',
};

const FORGOTTEN: Problem = {
  ofOne:
    'is an image index without an Image object: it is kept with its children, because an image stream lists it; push it again, or delete the tags that list it',
  ofMore: 'are image indexes without an Image object that image streams list',
};

function warningsAbout(images: readonly string[], { ofOne, ofMore }: Problem): string[] {
  const lines = [...images]
    .sort()
    .slice(0, NAMED)
    .map((image) => `${image} ${ofOne}`);
  const more = images.length - lines.length;
  return more > 0 ? [...lines, `${more} more images ${ofMore}`] : lines;
}
