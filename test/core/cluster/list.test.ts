import type { ApiRequestOptions, ApiResponse, ClusterApi } from '../../../src/core/cluster/api.js';
import { readList } from '../../../src/core/cluster/list.js';
import { reducePage } from '../../../src/core/cluster/reduce-page.js';
import { REFERRERS } from '../../../src/core/cluster/resources.js';

const PAGES = 3;

/** Three pages of 300 KiB, each of which takes `ms`. */
function server(ms: number) {
  let now = 0;
  const asked: ApiRequestOptions[] = [];
  const api = {
    server: 'https://api.example.com',
    request(_method: string, _path: string, options: ApiRequestOptions = {}): Promise<ApiResponse> {
      asked.push(options);
      now += ms;
      const metadata = { resourceVersion: '1', ...(asked.length < PAGES ? { continue: String(asked.length) } : {}) };
      const items = [
        {
          metadata: { name: `pod-${asked.length}`, namespace: 'ns' },
          spec: { containers: [{ name: 'a', image: 'r.example.com/n/a' }], filler: 'x'.repeat(300 * 1024) },
        },
      ];
      const body = Buffer.from(JSON.stringify({ kind: 'PodList', metadata, items }));
      return Promise.resolve({ status: 200, headers: {}, body, json: () => JSON.parse(body.toString()) as never });
    },
  } as unknown as ClusterApi;
  return { api, asked, clock: () => now };
}

const pool = { reduce: (resource: string, body: Buffer) => Promise.resolve(reducePage(resource, body)) };

describe('readList', () => {
  it.each([
    ['asks for compressed pages once one came slowly', 1000, [undefined, 'gzip', 'gzip']],
    ['leaves pages as they are on a fast network', 5, [undefined, undefined, undefined]],
  ])('%s', async (_what, ms, expected) => {
    const { api, asked, clock } = server(ms);
    const names: string[] = [];
    const result = await readList(
      api,
      REFERRERS[0]!,
      pool,
      { take: (page) => names.push(...page.referrers!.map(({ name }) => name)), restart: () => {} },
      { clock },
    );
    expect(names).toEqual(['pod-1', 'pod-2', 'pod-3']);
    expect(result.count).toBe(3);
    expect(asked.map(({ headers }) => headers?.['Accept-Encoding'])).toEqual(expected);
  });
});
