import type { ClusterApi } from '../cluster/api.js';
import type { Registry } from '../registry/api.js';
import type { StatedHosts } from '../registry/discover.js';
import {
  connect,
  discoverHost,
  explained,
  warnAboutImpersonation,
  type OpeningContext,
  type RegistryAccess,
} from './open-registry.js';
import { readConfiguredHosts, type ListedNames } from './registry-names.js';

/** A connection to the registry that was begun before it is known which host is the right one. */
interface Attempt {
  host: string;
  registry: Promise<Registry>;
  /** Warnings, which are reported only if the connection is used. */
  warnings: string[];
  hasFailed: boolean;
}

/**
 * Connects to the registry while lists are read, if the image configuration states a host. The lists can show that
 * another host is preferred: then that is opened instead. Sends no token.
 */
export class EarlyRegistry {
  private readonly stop = new AbortController();
  private readonly stated: Promise<StatedHosts | undefined>;
  private attempt: Attempt | undefined;

  /** @param access without an address, which would be known at once */
  constructor(
    private readonly api: ClusterApi,
    private readonly access: RegistryAccess,
    private readonly context: OpeningContext,
  ) {
    // What fails early is tried again, and then reported.
    this.stated = this.begin().catch(() => undefined);
  }

  /**
   * Opens the registry, as `openClusterRegistry` does. The cluster can have changed since an attempt failed, so that
   * does not count.
   */
  async open(listed: ListedNames): Promise<Registry> {
    const { api, access, context } = this;
    return explained(api, access, context, async () => {
      const host = await discoverHost(api, listed, await this.stated);
      warnAboutImpersonation(api, context.reporter);
      const { attempt } = this;
      if (attempt?.host !== host || attempt.hasFailed) {
        this.cancel();
        return connect(api, access, context, host);
      }
      this.attempt = undefined;
      return attempt.registry.finally(() => attempt.warnings.forEach((text) => context.reporter.warning(text)));
    });
  }

  /** Ends and closes a connection that is not used. */
  cancel(): void {
    this.stop.abort();
    this.attempt?.registry.then(
      (registry) => registry.close(),
      () => {},
    );
    this.attempt = undefined;
  }

  private async begin(): Promise<StatedHosts> {
    const stated = await readConfiguredHosts(this.api);
    const [host] = [...stated.internal, ...stated.public];
    if (host !== undefined && !this.stop.signal.aborted) this.attempt = this.connectTo(host);
    return stated;
  }

  private connectTo(host: string): Attempt {
    const { reporter, signal } = this.context;
    const warnings: string[] = [];
    const context = {
      reporter: { ...reporter, warning: (text: string) => void warnings.push(text) },
      signal: signal ? AbortSignal.any([signal, this.stop.signal]) : this.stop.signal,
    };
    const attempt = { host, registry: connect(this.api, this.access, context, host), warnings, hasFailed: false };
    attempt.registry.catch(() => (attempt.hasFailed = true));
    return attempt;
  }
}
