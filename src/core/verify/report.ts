import { EXIT } from '../model/errors.js';
import type { StoragePlace } from '../model/registry-storage.js';
import type { Verification } from '../verification/plan/types.js';
import type { MergedShards, Shard } from './merge/types.js';
import type { Recovery } from './recover-images/types.js';
import type { LinkRepair } from './repair-links/repair-links.js';
import type { VerifyOptions } from './request.js';

/** The result of `regadm registry verify`. */
export interface VerifyReport {
  startedAt: string;
  finishedAt: string;
  options: VerifyOptions;
  /** The storage that the registry's settings name; present with `--storage cluster`. */
  storage?: StoragePlace;
  /** UID of the namespace `kube-system`; undefined if the user may not read it. */
  cluster?: string;
  /** The part of the data that was read; undefined if it is not one of several shards. */
  shard?: Shard;
  /** Present in the result of merged documents. */
  shards?: MergedShards;
  verification: Verification;
  /** Missing links that can be written, or were; empty unless that was asked for. */
  links: LinkRepair[];
  /** Manifests that no Image object names, with their results; empty unless that was asked for. */
  lostImages: Recovery[];
  warnings: string[];
}

/**
 * Returns the exit status of a verification that was made (docs/exit-codes.md).
 * @param lost images that were to be recovered
 */
export function toExitStatus(
  { summary, unchecked }: Verification,
  lost: readonly Pick<Recovery, 'status'>[] = [],
): number {
  if (lost.some(({ status }) => status === 'failed')) return EXIT.partial;
  // A document that was too large to be stored counts more than it lists.
  if (summary.broken > 0) return EXIT.found;
  return unchecked.length > 0 ? EXIT.error : EXIT.ok;
}
