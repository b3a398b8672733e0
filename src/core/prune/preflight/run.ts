import { randomBytes } from 'node:crypto';
import { parseDigest, type Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import type { ClusterChecks } from '../ports.js';
import type { PreflightCheck } from './check.js';
import { checkClocks } from './clocks.js';
import { checkPermissions } from './permissions.js';
import { checkOtherPruners } from './pruners.js';
import { checkRegistry } from './registry.js';

export interface PreflightInput {
  cluster: ClusterChecks;
  /** The open registry, or the error of opening it; absent if the registry is not to be changed. */
  registry?: Registry | Error;
  /** `namespace/name` of existing image streams. */
  repositories: readonly RepositoryName[];
  /**
   * True: delete a link and a blob that do not exist, which shows whether deletion works. False: send only reading
   * requests.
   */
  probeDeletion: boolean;
  pruneRegistry: boolean;
  /** False: the cluster does not have to state a registry. Default: true if there is an image stream. */
  registryNeeded?: boolean;
  /** Whether there is a bearer token, which the registry needs. */
  hasToken: boolean;
  /** `-n`: only streams of this namespace are updated. */
  namespace?: string;
  /** Milliseconds since the epoch. */
  now?: () => number;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  /** For tests: a digest that exists nowhere. */
  randomDigest?: () => Digest;
}

/**
 * Checks everything that can fail before the first deletion: token, permissions, registry and its mode, clocks, other
 * pruners. A deletion is probed with random digests, which exist nowhere: the responses show problems with token,
 * permission and mode, and nothing is changed.
 * @returns one result per check; `preflightError` turns them into the error that stops a confirmed run
 */
export async function runPreflight(input: PreflightInput): Promise<PreflightCheck[]> {
  const [permissions, pruners] = await Promise.all([checkPermissions(input), checkOtherPruners(input)]);
  const mayDelete = permissions.check.status === 'ok';
  const registry = await checkRegistry({ randomDigest, ...input, mayDelete });
  return [...registry, permissions.check, checkClocks(permissions), pruners];
}

function randomDigest(): Digest {
  return parseDigest(`sha256:${randomBytes(32).toString('hex')}`)!;
}
