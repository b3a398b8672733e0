import type { Snapshot } from '../../model/table/snapshot.js';
import type { Registry } from '../../registry/api.js';
import { isRegistryAbsent } from '../plan/needs-registry.js';
import type { PrunePorts } from '../ports.js';
import type { ImagePruneRequest } from '../request.js';
import type { RunContext } from '../../deletion/run-context.js';

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
 * The registry for reading manifests from it, if nothing is deleted there (`--prune-registry=false`). It is opened at
 * the first use, because most runs need no manifest.
 */
export class RegistryToRead {
  private opening: Promise<Registry | Error> | undefined;

  constructor(
    private readonly ports: PrunePorts,
    private readonly request: ImagePruneRequest,
    private readonly context: RunContext,
  ) {}

  /** @returns the error if it cannot be opened: the run continues, and keeps what it cannot read */
  open(snapshot: Snapshot): Promise<Registry | Error> {
    const { ports, request, context } = this;
    const policy = { ...request.policy, registryUnavailable: 'continue' } as const;
    return (this.opening ??= openRegistry(ports, { ...request, policy }, context, snapshot));
  }

  async close(): Promise<void> {
    const registry = await this.opening;
    if (registry && !(registry instanceof Error)) await registry.close();
  }
}
