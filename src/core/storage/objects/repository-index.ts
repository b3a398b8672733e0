/** Links of one kind in a repository: digests as hex, and when each link was written. */
export interface LinkList {
  hexes: string[];
  times: number[];
}

/** What a listing found of a repository. Times in ms since the epoch. */
export interface IndexedRepository {
  name: string;
  manifests: LinkList;
  layers: LinkList;
  /** Time of the last write of each upload. */
  uploads: Map<string, number>;
  /** True if it has a key; false if it has only an open upload. */
  hasKeys: boolean;
}

/** The repositories of a listing, by name. */
export class RepositoryIndex {
  /** Number of keys of all repositories. */
  keys = 0;
  private readonly byName = new Map<string, IndexedRepository>();

  /** Returns a repository; adds it if it is new. */
  take(name: string): IndexedRepository {
    const known = this.byName.get(name);
    if (known) return known;
    const added: IndexedRepository = {
      name,
      manifests: { hexes: [], times: [] },
      layers: { hexes: [], times: [] },
      uploads: new Map(),
      hasKeys: false,
    };
    this.byName.set(name, added);
    return added;
  }

  get(name: string): IndexedRepository | undefined {
    return this.byName.get(name);
  }

  all(): Iterable<IndexedRepository> {
    return this.byName.values();
  }
}

/** Records a write of an upload. */
export function touchUpload(uploads: Map<string, number>, id: string, writtenAt: number): void {
  uploads.set(id, Math.max(uploads.get(id) ?? 0, writtenAt));
}
