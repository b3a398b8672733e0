import type { LinkFile, StorageTrash } from '../storage/trash.js';
import { LATE_EFFECT_MS } from './conclusive.js';
import { keyOf, type RegistryProcesses } from './model.js';
import type { SessionPorts } from './ports.js';
import { readRemovedLinks } from './removed-links.js';
import type { TrashState } from './state.js';

/** The links of a storage, before images and streams are read. */
export interface WalkedLinks {
  readonly startedAt: number;
  readonly processes: RegistryProcesses | undefined;
  readonly seen: ReadonlySet<string>;
  readonly isSettled: boolean;
  isLinked(hex: string): boolean;
  linksTo(hex: string): readonly LinkFile[];
  /**
   * The digests under which links lead to a blob, or led to it before a run removed them, beside its own: `sha512:…`.
   */
  namesOf(hex: string): readonly string[];
  /** All links whose names are not the digests that they contain. */
  readonly others: readonly LinkFile[];
  /** Reads those that runs have removed, as they have recorded them. */
  removedOthers(): Promise<readonly LinkFile[]>;
}

/**
 * Walks all links. The caller reads images and streams afterward, and joins both with `lookFrom`.
 * @param wanted blobs to look at, as hex, in addition to those in the trash
 * @param onLink called with each link, which the callee copies
 */
export async function walkLinks(
  { storage, reporter, signal, processes: readProcesses }: SessionPorts,
  state: TrashState,
  wanted: Iterable<string>,
  onLink?: (link: LinkFile) => void,
): Promise<WalkedLinks> {
  const trash = storage.trash();
  const processes = await readProcesses();
  const seen = new Set(state.entries.map(keyOf));
  const { unansweredAt } = trash;
  const isSettled = unansweredAt === undefined || performance.now() - unansweredAt >= LATE_EFFECT_MS;
  const startedAt = state.now();
  const found = new FoundLinks(wanted);
  for (const { hex } of state.entries) found.want(hex);
  const recorded = recordedOthers(state);
  const others: LinkFile[] = [];
  reporter.phase('reading the links of all repositories');
  await trash.walkLinks({
    signal,
    onLink(link) {
      found.add(link);
      if (link.path !== link.digest) others.push({ ...link });
      onLink?.(link);
    },
    onWalked: (count) => reporter.tick(count),
  });
  signal.throwIfAborted();
  return {
    startedAt,
    processes,
    seen,
    isSettled,
    others,
    removedOthers: () => readRemovedOthers(trash, state, signal),
    linksTo: (hex) => found.linksTo(hex),
    isLinked: (hex) => found.linksTo(hex).length > 0,
    namesOf: (hex) => [...otherLinks(found.linksTo(hex)), ...(recorded.get(hex) ?? [])].map(({ path }) => path),
  };
}

/**
 * Returns the recorded links, of blobs that were marked or moved, whose names are not the digests that they contain: an
 * image can name such a digest after the link was removed.
 */
function recordedOthers({ file, entries }: Pick<TrashState, 'file' | 'entries'>): Map<string, LinkFile[]> {
  const found = new Map<string, LinkFile[]>();
  const add = (hex: string, links: readonly LinkFile[]): void => {
    const others = otherLinks(links);
    if (others.length > 0) found.set(hex, [...(found.get(hex) ?? []), ...others]);
  };
  for (const [hex, { links }] of file.marks) add(hex, links);
  for (const { hex, links } of entries) add(hex, links);
  return found;
}

/** Reads the same of all links that runs have removed, those to blobs that stayed in their place, too. */
export async function readRemovedOthers(
  trash: Pick<StorageTrash, 'listFiles' | 'readFile'>,
  state: Pick<TrashState, 'file' | 'entries'>,
  signal?: AbortSignal,
): Promise<LinkFile[]> {
  const { links } = await readRemovedLinks(trash, signal);
  return [...recordedOthers(state).values(), ...links.values()].flatMap(otherLinks);
}

const otherLinks = (links: readonly LinkFile[]): LinkFile[] => links.filter(({ path, digest }) => path !== digest);

/** Collects the links of some blobs. There can be hundreds of thousands, so they share their strings. */
class FoundLinks {
  private readonly links = new Map<string, LinkFile[]>();
  private readonly repositories = new Map<string, string>();

  constructor(wanted: Iterable<string>) {
    for (const hex of wanted) this.want(hex);
  }

  want(hex: string): void {
    if (!this.links.has(hex)) this.links.set(hex, NONE);
  }

  /** @throws Error for a blob that was not asked for: nothing is known about its links */
  linksTo(hex: string): readonly LinkFile[] {
    const links = this.links.get(hex);
    if (links) return links;
    throw new Error(`the links of sha256:${hex} were not looked for`);
  }

  add({ repository, kind, path, digest }: LinkFile): void {
    const hex = digest.slice('sha256:'.length);
    const known = this.links.get(hex);
    if (!known) return;
    const own = known[0]?.digest ?? copyOf(digest);
    const link = { repository: this.nameOf(repository), kind, path: path === digest ? own : copyOf(path), digest: own };
    if (known === NONE) this.links.set(copyOf(hex), [link]);
    else known.push(link);
  }

  private nameOf(repository: string): string {
    const known = this.repositories.get(repository);
    if (known !== undefined) return known;
    const name = copyOf(repository);
    this.repositories.set(name, name);
    return name;
  }
}

/** The same empty list for all blobs without links. */
const NONE: LinkFile[] = [];

/** Copies a text that can be part of a larger one, so that the larger one is not kept in memory. */
const copyOf = <T extends string>(text: T): T => Buffer.from(text).toString() as T;
