import type { Digest } from '../../model/digest.js';
import { compareText } from '../../model/values/compare-text.js';
import { MISSING, type Entry, type ImageContent } from './saved.js';

interface Saved {
  entries: readonly Entry[];
  blobs: ReadonlyMap<Digest, number>;
  content: ReadonlyMap<Digest, ImageContent>;
}

interface Damage {
  /** Blobs whose content is wrong. */
  broken: ReadonlyMap<Digest, unknown>;
  /** Images that `index.json` should list and does not. */
  unlisted: ReadonlySet<Digest>;
  /** Manifests that `index.json` lists. */
  described: ReadonlySet<Digest>;
  /** Returns the file of a blob. */
  fileOf: (digest: Digest) => string;
}

interface Found {
  /** Blobs that an image needs and that are not there. */
  missing: { file: string; message: string }[];
  images: { entry: Entry; files: string[] }[];
}

/** Finds the images that need something missing or damaged. */
export function damagedImages(
  { entries, blobs, content }: Saved,
  { broken, unlisted, described, fileOf }: Damage,
): Found {
  const absent = [...described].filter((digest) => !blobs.has(digest));
  const missing = new Map(absent.map((digest) => [digest, MISSING]));
  const unusable = new Map<Digest, string>();
  const filesOf = ({ name, saved }: Entry): string[] => {
    if (saved !== 'image') return [];
    const { needed, elsewhere, unusable: manifests } = content.get(name)!;
    for (const [digest, problem] of manifests)
      if (blobs.has(digest) && !broken.has(digest)) unusable.set(digest, problem);
    for (const digest of needed) if (!blobs.has(digest)) missing.set(digest, MISSING);
    const bad = [...needed, ...elsewhere].filter(
      (digest) => broken.has(digest) || manifests.has(digest) || missing.has(digest),
    );
    return [...new Set(bad.map(fileOf)), ...(unlisted.has(name) ? ['index.json'] : [])].sort(compareText);
  };
  const images = entries.map((entry) => ({ entry, files: filesOf(entry) })).filter(({ files }) => files.length > 0);
  const problems = [...missing, ...unusable].map(([digest, message]) => ({ file: fileOf(digest), message }));
  return { missing: problems, images };
}
