import { LazyDispatcher } from '../../http/lazy-dispatcher.js';
import type { Trust } from '../../http/trust.js';
import type { Route } from './attempt.js';
import { usableProxy } from '../proxy.js';

/** Maximum number of servers to which connections are kept: a storage has one, or one per bucket. */
const MAX_ROUTES = 4;

interface StorageRouteOptions {
  trust?: Trust;
  env?: NodeJS.ProcessEnv;
  /** Maximum number of connections to each server. */
  connections: number;
}

/** Connections to the storage to which the registry redirects. Certificates are always verified. */
export class StorageRoutes {
  private readonly routes = new Map<string, Route & { sender: LazyDispatcher }>();

  constructor(private readonly options: StorageRouteOptions) {}

  /** Returns the route to the server of a URL. @throws RegistryError if its proxy is not usable */
  to({ origin }: URL): Route {
    const { env, ...connection } = this.options;
    let route = this.routes.get(origin);
    if (!route) {
      const proxy = usableProxy(origin, env);
      const sender = new LazyDispatcher({ ...connection, origin, proxy, verify: true, timeoutMs: 0 });
      route = { origin, proxy, sender };
      this.routes.set(origin, route);
      this.closeOldest();
    }
    return route;
  }

  async close(): Promise<void> {
    await Promise.all([...this.routes.values()].map(({ sender }) => sender.destroy()));
  }

  /** A server can redirect to any number of others. Requests in flight are not interrupted. */
  private closeOldest(): void {
    const [oldest] = this.routes.values();
    if (!oldest || this.routes.size <= MAX_ROUTES) return;
    this.routes.delete(oldest.origin);
    void oldest.sender.close().catch(() => undefined);
  }
}
