import { HAS_OPEN_PATHS, openBelow, type OpenDirectory } from '../../kit/below.js';

/** The directories `blobs/sha256/XX`, opened once each, because there can be millions of blobs below them. */
export class BlobPrefixes {
  private readonly open = new Map<string, Promise<OpenDirectory | undefined>>();

  /**
   * @param root the registry's `docker/registry/v2`
   * @param parents the directory of the prefixes below it
   * @param make makes the directory of a prefix if it does not exist
   */
  constructor(
    private readonly root: string,
    private readonly parents: readonly string[] = ['blobs', 'sha256'],
    private readonly make?: (names: readonly string[]) => Promise<void>,
  ) {}

  /** Returns the path of the directory for a blob; undefined if there is none, or a symbolic link in its place. */
  async pathFor(hex: string): Promise<string | undefined> {
    const prefix = hex.slice(0, 2);
    const known = HAS_OPEN_PATHS ? this.open.get(prefix) : undefined;
    const directory = known ?? this.openPrefix(prefix);
    this.open.set(prefix, directory);
    return (await directory)?.path;
  }

  async close(): Promise<void> {
    for (const directory of this.open.values()) await (await directory.catch(() => undefined))?.close();
  }

  private async openPrefix(prefix: string): Promise<OpenDirectory | undefined> {
    const names = [...this.parents, prefix];
    await this.make?.(names);
    return openBelow(this.root, names);
  }
}
