import type { Snapshot } from '../../model/table/snapshot.js';
import type { Registry } from '../../registry/api.js';
import { isRegistryAbsent } from '../plan/needs-registry.js';
import type { RegistryAccess } from '../../operator/open-registry.js';
import type { PrunePorts, StartedOpening } from '../ports.js';
import type { ImagePruneRequest } from '../request.js';
import type { RunContext } from '../../deletion/run-context.js';

/**
 * Opens the registry.
 * @param snapshot absent if the user named the registry
 * @returns as `orError`
 */
export async function openRegistry(
  ports: PrunePorts,
  request: ImagePruneRequest,
  context: RunContext,
  snapshot?: Snapshot,
): Promise<Registry | Error> {
  return orError(request, ports.openRegistry(accessOf(request), context, snapshot));
}

function accessOf({ registry, policy }: ImagePruneRequest): RegistryAccess {
  return { ...registry, requestTimeoutMs: registry.requestTimeoutMs || policy.registryTimeoutMs };
}

/**
 * @returns the registry, or the error of opening it if the run can continue without it; the plan shows whether it needs
 * one
 * @throws that error if the policy says `stop` and the registry is known
 */
async function orError({ policy }: ImagePruneRequest, opening: Promise<Registry>): Promise<Registry | Error> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (policy.registryUnavailable === 'stop' && !isRegistryAbsent(error)) throw error;
    return error;
  }
}

/**
 * The registry of a run that deletes there. It is opened while the lists are read, unless only they show where it is.
 */
export class RegistryToUse {
  private readonly started: StartedOpening | undefined;
  private opening: Promise<Registry | Error> | undefined;

  constructor(
    private readonly ports: PrunePorts,
    private readonly request: ImagePruneRequest,
    private readonly context: RunContext,
  ) {
    // Loading the code takes as long as receiving the first pages.
    import('../../registry/index.js').catch(() => {});
    if (request.registry.registryUrl === undefined) this.started = ports.startOpening?.(accessOf(request), context);
    else this.opening = openRegistry(ports, request, context);
    // The error is handled where the result is awaited.
    this.opening?.catch(() => {});
  }

  /** @returns as `openRegistry` */
  open(snapshot: Snapshot): Promise<Registry | Error> {
    const { ports, request, context, started } = this;
    return (this.opening ??= started
      ? orError(request, started.open(snapshot))
      : openRegistry(ports, request, context, snapshot));
  }

  /** Closes it once it is open: the run has failed. */
  cancel(): void {
    this.started?.cancel();
    this.opening?.then(
      (registry) => (registry instanceof Error ? undefined : registry.close()),
      () => {},
    );
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
