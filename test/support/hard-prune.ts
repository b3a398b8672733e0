import type { ApiRequestOptions, ClusterApi } from '../../src/core/cluster/api.js';
import type { Reporter } from '../../src/core/hard-prune/procedure/types.js';

/** Says nothing to anybody. */
export const silentReporter: Reporter = { progress() {}, note() {}, warning() {}, log() {} };

/** A cluster that can list images and image streams, in pages, and nothing else. */
export function fakeUsageApi(cluster: Record<string, unknown[]>): ClusterApi {
  const get = async (path: string, options: ApiRequestOptions = {}): Promise<unknown> => {
    const items = cluster[path.split('/').at(-1)!] ?? [];
    const start = Number(options.query?.continue ?? 0);
    const end = start + Number(options.query?.limit ?? items.length);
    return { metadata: { continue: end < items.length ? String(end) : '' }, items: items.slice(start, end) };
  };
  return { server: 'https://fake', namespace: 'default', get } as unknown as ClusterApi;
}
