import { Pool, type Dispatcher } from 'undici';
import { TunnelTimeout } from './tunnel-timeout.js';

/**
 * Returns what opens connections to a proxy. undici limits the time to connect to a proxy, but not the time that the
 * proxy takes to answer `CONNECT`, and a request that waits for a tunnel cannot be aborted.
 * @param timeoutMs time until a proxy has answered, in ms
 */
export function tunnels(timeoutMs: number): (origin: URL, options: object) => Pool {
  return (origin, options) => {
    const pool = new Pool(origin, options);
    const connect = pool.connect.bind(pool) as (options: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData>;
    return Object.assign(pool, {
      connect: async (request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
        const abort = new AbortController();
        const late = new TunnelTimeout(`no answer within ${timeoutMs / 1000} s`);
        const timer = setTimeout(() => abort.abort(late), timeoutMs);
        try {
          return await connect({ ...request, signal: abort.signal });
        } catch (error) {
          throw (error as { code?: unknown }).code === late.code ? late : error;
        } finally {
          clearTimeout(timer);
        }
      },
    });
  };
}
