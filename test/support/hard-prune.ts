import type { ApiRequestOptions, ClusterApi } from '../../src/core/cluster/api.js';
export { SILENT as silentReporter } from '../../src/core/kit/reporter.js';

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
