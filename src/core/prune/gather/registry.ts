import type { Snapshot } from '../../model/table/snapshot.js';
import type { Registry } from '../../registry/api.js';
import { isRegistryAbsent } from '../plan/needs-registry.js';
import type { PrunePorts } from '../ports.js';
import { DRY_RUN, type ImagePruneRequest } from '../request.js';
import type { RunContext } from '../run-context.js';

/**
 * Opens the registry.
 * @param snapshot absent if the user named the registry
 * @returns the registry, or the error of opening it if the run can continue without it; the plan shows whether it needs
 * one
 * @throws that error if the policy says `stop` and the registry is known
 */
export async function openRegistry(
  ports: PrunePorts,
  { registry: access, policy }: ImagePruneRequest,
  context: RunContext,
  snapshot?: Snapshot,
): Promise<Registry | Error> {
  const requestTimeoutMs = access.requestTimeoutMs || policy.registryTimeoutMs;
  try {
    return await ports.openRegistry({ ...access, requestTimeoutMs }, context, snapshot);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (policy.registryUnavailable === 'stop' && !isRegistryAbsent(error)) throw error;
    return error;
  }
}

/**
 * Opens the registry only to read manifests from it: nothing is deleted there (`--prune-registry=false`), and the run
 * can continue without them, as a dry run can.
 */
export async function openToReadFrom(
  ports: PrunePorts,
  request: ImagePruneRequest,
  context: RunContext,
  snapshot: Snapshot,
): Promise<Registry | Error> {
  return openRegistry(ports, { ...request, policy: DRY_RUN }, context, snapshot);
}
