import type { ClusterUsage } from '../orphans/plan/usage.js';
import type { LinkFile } from '../storage/trash.js';
import type { RegistryProcesses } from './model.js';
import type { TrashPorts } from './ports.js';
import type { TrashState } from './state.js';

/** What links to blobs and uses them, at one time. It answers only for the blobs that it was asked to look at. */
export interface Look {
  /** Time of the storage's clock before the walk, in ms since the epoch. */
  readonly startedAt: number;
  /** The registry's processes before the walk; undefined if they cannot be read. */
  readonly processes: RegistryProcesses | undefined;
  /** Blobs that were in the trash before the walk, as `keyOf` returns them. */
  readonly seen: ReadonlySet<string>;
  readonly usage: ClusterUsage;
  readonly warnings: readonly string[];
  isLinked(hex: string): boolean;
  linksTo(hex: string): readonly LinkFile[];
  /** True if an Image object names the blob, or a digest under which a link leads to it. */
  isInUse(hex: string): boolean;
  /** Says what uses or links it; undefined if nothing does. */
  reason(hex: string): string | undefined;
}

/** The links of a storage, before images and streams are read. */
export interface WalkedLinks extends Pick<Look, 'startedAt' | 'processes' | 'seen' | 'isLinked' | 'linksTo'> {
  /** The digests under which links lead to a blob, beside its own: `sha512:…`. */
  namesOf(hex: string): readonly string[];
}

export type LookPorts = Pick<TrashPorts, 'storage' | 'api' | 'reporter' | 'signal' | 'processes'>;

/**
 * Walks all links, then reads image streams and images, in this order: what comes into use meanwhile is seen in one of
 * them. Manifests are read in their place and in the trash.
 * @param wanted blobs to look at, as hex, in addition to those in the trash
 * @throws RegadmError STORAGE_UNREADABLE, IMAGE_UNREADABLE; ApiError
 */
export function lookAtUses(ports: LookPorts, state: TrashState, wanted: Iterable<string>): Promise<Look> {
  return Promise.reject(new Error(`not implemented ${String(ports)} ${String(state)} ${String(wanted)}`));
}

/** Walks all links. The caller reads images and streams afterwards, and joins both with `lookFrom`. */
export function walkLinks(
  ports: Pick<LookPorts, 'storage' | 'reporter' | 'signal' | 'processes'>,
  state: TrashState,
  wanted: Iterable<string>,
): Promise<WalkedLinks> {
  return Promise.reject(new Error(`not implemented ${String(ports)} ${String(state)} ${String(wanted)}`));
}

/**
 * Joins a walk with what the cluster uses.
 * @param usage read after the walk, with the uses that only manifests state (`addManifestUses` with
 *   `readBlobAnywhere`)
 */
export function lookFrom(walked: WalkedLinks, usage: ClusterUsage, warnings: readonly string[] = []): Look {
  throw new Error(`not implemented ${String(walked)} ${String(usage)} ${String(warnings)}`);
}
