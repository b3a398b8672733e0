import { sha256Hex, type Digest } from '../../model/digest.js';
import type { LinkFile, StorageTrash } from '../../storage/trash.js';
import type { Removed } from './plan-restore.js';

/**
 * Finds the blobs that digests of other algorithms than sha256 mean, as links state it: those that were removed, as
 * they are recorded, then those in their place, which are read at most once.
 */
export class OtherNames {
  private readonly removed: ReadonlyMap<string, string[]>;
  private inPlace: Promise<ReadonlyMap<string, string[]>> | undefined;

  constructor(
    { entries, marks, links }: Removed,
    private readonly trash: Pick<StorageTrash, 'walkLinks'>,
    private readonly signal: AbortSignal,
  ) {
    const moved = [...entries.values(), ...marks.values()].flatMap((blob) => blob.links);
    this.removed = byName([...moved, ...[...links.values()].flat()]);
  }

  /** @returns the blobs, as hex @throws RegadmError STORAGE_UNREADABLE; the signal's reason */
  async find(name: Digest): Promise<readonly string[]> {
    return this.removed.get(name) ?? (await (this.inPlace ??= this.walk())).get(name) ?? [];
  }

  private async walk(): Promise<ReadonlyMap<string, string[]>> {
    const found: LinkFile[] = [];
    const onLink = (link: LinkFile): void => void (isOther(link) && found.push({ ...link }));
    await this.trash.walkLinks({ onLink, signal: this.signal });
    return byName(found);
  }
}

const isOther = ({ path }: LinkFile): boolean => !path.startsWith('sha256:');

function byName(links: readonly LinkFile[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const link of links.filter(isOther)) {
    const hex = sha256Hex(link.digest);
    const known = names.get(link.path) ?? [];
    if (hex !== undefined && !known.includes(hex)) names.set(link.path, [...known, hex]);
  }
  return names;
}
