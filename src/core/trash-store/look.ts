import { addManifestUses } from '../orphans/gather/manifest-uses.js';
import { addOtherLinks, type OtherLinkPorts } from '../orphans/gather/other-links.js';
import { LISTING, readUsage } from '../orphans/gather/usage.js';
import type { ClusterUsage } from '../orphans/plan/usage.js';
import type { LinkFile } from '../storage/trash.js';
import type { RegistryProcesses } from './model.js';
import type { LookPorts } from './ports.js';
import type { TrashState } from './state.js';
import { readBlobAnywhere } from './trash-and-place.js';
import { walkLinks, type WalkedLinks } from './walk.js';

/** What links to blobs and uses them, at one time. It answers only for the blobs that it was asked to look at. */
export interface Look {
  /** Time of the storage's clock before the walk, in ms since the epoch. */
  readonly startedAt: number;
  /** The registry's processes before the walk; undefined if they cannot be read. */
  readonly processes: RegistryProcesses | undefined;
  /** Blobs that were in the trash before the walk, as `keyOf` returns them. */
  readonly seen: ReadonlySet<string>;
  /**
   * False if a request that was sent before the walk, without receiving a response, could still take effect: then this
   * look proves nothing.
   */
  readonly isSettled: boolean;
  readonly usage: ClusterUsage;
  readonly warnings: readonly string[];
  isLinked(hex: string): boolean;
  linksTo(hex: string): readonly LinkFile[];
  /** True if an Image object names the blob, or a digest under which a link leads to it. */
  isInUse(hex: string): boolean;
  /** Says what uses or links it; undefined if nothing does. */
  reason(hex: string): string | undefined;
}

/**
 * Walks all links, then reads image streams and images, in this order: what a push adds meanwhile is seen in one of
 * them. Manifests are read in their place and in the trash.
 * @param wanted blobs to look at, as hex, in addition to those in the trash
 * @param onLink called with each link, which the callee copies
 * @throws RegadmError STORAGE_UNREADABLE, IMAGE_UNREADABLE; ApiError
 */
export async function lookAtUses(
  ports: LookPorts,
  state: TrashState,
  wanted: Iterable<string>,
  onLink?: (link: LinkFile) => void,
): Promise<Look> {
  const { api, storage, reporter, signal } = ports;
  const walked = await walkLinks(ports, state, wanted, onLink);
  reporter.progress(LISTING);
  reporter.phase(LISTING);
  const usage = await readUsage(api, { signal });
  reporter.phase('reading manifests');
  const manifests = readBlobAnywhere(storage, state.entries);
  const { warnings } = await addManifestUses(manifests, usage, signal);
  return lookFrom({ manifests, signal }, walked, usage, warnings);
}

/**
 * Joins a walk with what the cluster uses, and adds to that what only links with other names state.
 * @param ports `manifests`: of `readBlobAnywhere`
 * @param usage read after the walk, with the uses that only manifests state (`addManifestUses`)
 * @throws RegadmError IMAGE_UNREADABLE
 */
export async function lookFrom(
  ports: Pick<OtherLinkPorts, 'manifests' | 'signal'>,
  walked: WalkedLinks,
  usage: ClusterUsage,
  warnings: readonly string[] = [],
): Promise<Look> {
  const removed = usage.otherDigests.size > 0 ? await walked.removedOthers() : [];
  await addOtherLinks(ports, usage, { inPlace: walked.others, removed });
  const userOf = (hex: string): string | undefined => {
    const names = [`sha256:${hex}`, ...walked.namesOf(hex)];
    for (const name of names) {
      const image = usage.inUse.get(name.replace(/^sha256:/, '')) ?? usage.otherDigests.get(name);
      if (image !== undefined) return image;
    }
    return undefined;
  };
  return {
    ...walked,
    usage,
    warnings,
    isInUse: (hex) => userOf(hex) !== undefined,
    reason(hex) {
      const image = userOf(hex);
      if (image !== undefined) return `used by image ${image}`;
      const [link] = walked.linksTo(hex);
      return link && `linked by repository ${link.repository}`;
    },
  };
}
