import type { ClusterApi } from '../../src/core/cluster/api.js';
import { aResponse, fakeApi } from './fake-api.js';

/** A fake API server that lists images and image streams in pages, and nothing else. */
export function fakeUsageApi(cluster: Record<string, unknown[]>): ClusterApi {
  return fakeApi(({ path, query }) => {
    const items = cluster[path.split('/').at(-1)!] ?? [];
    const start = Number(query?.continue ?? 0);
    const end = start + Number(query?.limit ?? items.length);
    return aResponse(200, {
      kind: path.endsWith('imagestreams') ? 'ImageStreamList' : 'ImageList',
      apiVersion: 'image.openshift.io/v1',
      metadata: { continue: end < items.length ? String(end) : '' },
      items: items.slice(start, end),
    });
  }).api;
}
