import type { PruneOptions } from '../graph/options.js';
import type { MaxDelete } from '../model/values/max-delete.js';
import type { RegistryAccess } from '../operator/open-registry.js';
import type { BackupRequest } from './backup/request.js';
import type { VerifyRequest } from './verify/request.js';

/** The arguments and flags of `regadm prune images`, as values. */
export interface ImagePruneRequest {
  options: PruneOptions;
  /** The value of `--keep-younger-than` as the user wrote it. */
  keepYoungerThan: string;
  registry: RegistryAccess;
  /** False: nothing is checked before the first deletion. */
  preflight: boolean;
  policy: RunPolicy;
  maxDelete?: MaxDelete;
  /** File that gets a line for every deletion. */
  auditLog?: string;
  /** File to write the plan to. */
  planOut?: string;
  /** File with the plan to apply. */
  planFile?: string;
  /** What to save before the first deletion. */
  backup?: BackupRequest;
  /** Present if what is kept is verified after the deletions. */
  verify?: VerifyRequest;
}

/** The differences between a dry run and a confirmed run before the first deletion. */
export interface RunPolicy {
  /** What to do if the registry cannot be reached, or stops serving manifests. */
  registryUnavailable: 'stop' | 'continue';
  /** Timeout per request to the registry unless the user chose one, in ms; absent: the built-in limits. */
  registryTimeoutMs?: number;
  /** Maximum number of manifests to read for their subjects; if there are more, none is read. */
  maxManifests: number;
  /** Whether the preflight sends deletions of objects that do not exist, to test the registry. */
  probeDeletion: boolean;
}

/** A dry run works without the registry, and reads no manifests if that would take longer than reading all lists. */
export const DRY_RUN: RunPolicy = {
  registryUnavailable: 'continue',
  registryTimeoutMs: 3000,
  maxManifests: 2000,
  probeDeletion: false,
};

/** A confirmed run stops at everything that could make it delete too much, or only a part. */
export const CONFIRMED: RunPolicy = {
  registryUnavailable: 'stop',
  maxManifests: Infinity,
  probeDeletion: true,
};
