import { forEachParallel } from '../../../kit/parallel.js';
import type { ContentOwners, StoredObject } from '../object-store.js';

/**
 * Key prefix of the segments of a dynamic large object, without the slash at its end: `segments/2f6/46f6…`. The
 * registry's driver writes every uploaded blob as such an object. `unknown`: segments of another form.
 */
export type Segments = string | 'unknown';

/**
 * Reads the header `X-Object-Manifest`: CONTAINER/PREFIX.
 * @param own container and prefix of the registry's driver
 * @returns undefined for a plain object
 */
export function segmentsIn(
  header: string | undefined,
  own: { container: string; prefix: string },
): Segments | undefined {
  if (header === undefined) return undefined;
  const start = `${own.container}/${own.prefix}segments/`;
  const text = decoded(header)?.replace(/^\//, '').replace(/\/$/, '') ?? '';
  if (!text.startsWith(start) || !/^[^/]+\/[^/]+$/.test(text.slice(start.length))) return 'unknown';
  return text.slice(own.container.length + 1);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Returns true for the key of a segment, as the registry's driver names them: 16 digits. */
export function isSegment(segments: Segments, key: string): boolean {
  return key.startsWith(`${segments}/`) && /^\d{16}$/.test(key.slice(segments.length + 1));
}

/** Returns the key prefix of the segments to which a key belongs; undefined if it is not that of a segment. */
export function segmentsOf(key: string): Exclude<Segments, 'unknown'> | undefined {
  const segments = key.slice(0, Math.max(0, key.lastIndexOf('/')));
  return isSegment(segments, key) ? segments : undefined;
}

interface Sources {
  concurrency: number;
  /** Lists the blobs. */
  listBlobs(): AsyncIterable<StoredObject[]>;
  findSegments(key: string): Promise<Segments | undefined>;
}

/**
 * Knows which blobs name which segments. Two objects can name the same ones: the registry copies the manifest of a
 * finished upload and then deletes it, and can be interrupted in between.
 */
export class SegmentOwners implements ContentOwners {
  private readonly owners = new Map<Segments, Set<string>>();
  /** The blobs that were looked up, with the time of their last write. */
  private readonly seen = new Map<string, { writtenAt: number; segments: Segments | undefined }>();

  /**
   * Looks up every blob that has no content of its own.
   * @param earlier what was found before: a blob that was not written since is not looked up again
   * @throws RegadmError if one cannot be looked up
   */
  static async find(
    { concurrency, listBlobs, findSegments }: Sources,
    earlier?: SegmentOwners,
  ): Promise<SegmentOwners> {
    const found = new SegmentOwners();
    for await (const page of listBlobs()) {
      const large = page.filter(({ bytes }) => bytes === 0);
      await forEachParallel(large, { concurrency }, async ({ key, writtenAt }) => {
        const known = earlier?.seen.get(key);
        const segments = known?.writtenAt === writtenAt ? known.segments : await findSegments(key);
        found.seen.set(key, { writtenAt, segments });
        if (segments !== undefined) found.owners.set(segments, (found.owners.get(segments) ?? new Set()).add(key));
      });
    }
    return found;
  }

  remove(key: string, segments: Segments): void {
    this.owners.get(segments)?.delete(key);
  }

  blobsWith(segments: Segments): ReadonlySet<string> {
    return this.owners.get(segments) ?? new Set();
  }

  get uncertain(): string | undefined {
    const [key] = this.blobsWith('unknown');
    return key;
  }

  /** Returns a blob whose content segments are, or can be if its own are unknown; undefined if there is none. */
  ownerOf(segments: Segments): { key: string; isCertain: boolean } | undefined {
    const [certain] = this.blobsWith(segments);
    if (certain !== undefined) return { key: certain, isCertain: true };
    return this.uncertain === undefined ? undefined : { key: this.uncertain, isCertain: false };
  }
}
