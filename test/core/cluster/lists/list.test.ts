import type { ApiResponse } from '../../../../src/core/cluster/api.js';
import { readList, type ListOptions, type ListResult } from '../../../../src/core/cluster/lists/list.js';
import { OBJECT_PARSER, type ObjectPage } from '../../../../src/core/cluster/lists/page.js';
import { reducePage } from '../../../../src/core/cluster/lists/reduce-page.js';
import { IMAGES, REFERRERS } from '../../../../src/core/cluster/resources.js';
import { aResponse, fakeApi, type RecordedRequest } from '../../../support/fake-api.js';

const PAGES = 3;

/** Three pages of 300 KiB, each of which takes `ms`. */
function slowServer(ms: number) {
  let now = 0;
  const { api, requests } = fakeApi(() => {
    now += ms;
    const page = requests.length;
    const metadata = { resourceVersion: '1', ...(page < PAGES ? { continue: String(page) } : {}) };
    const items = [
      {
        metadata: { name: `pod-${page}`, namespace: 'ns' },
        spec: { containers: [{ name: 'a', image: 'r.example.com/n/a' }], filler: 'x'.repeat(300 * 1024) },
      },
    ];
    return aResponse(200, { kind: 'PodList', apiVersion: 'v1', metadata, items });
  });
  return { api, requests, clock: () => now };
}

const REDUCER = { reduce: (resource: string, body: Buffer) => Promise.resolve(reducePage(resource, body)) };

const page = (names: string[], more?: string): ApiResponse =>
  aResponse(
    200,
    {
      kind: 'ImageList',
      apiVersion: 'image.openshift.io/v1',
      metadata: { resourceVersion: `v-${names[0]}`, continue: more },
      items: names.map((name) => ({ metadata: { name } })),
    },
    { date: 'Sun, 01 Nov 2026 10:00:00 GMT' },
  );

const expired = (more?: string): ApiResponse =>
  aResponse(410, { kind: 'Status', reason: 'Expired', message: 'token is too old', metadata: { continue: more } });

/** Answers with these responses, one after the other; the last one is repeated. */
async function read(
  responses: ApiResponse[],
  options?: ListOptions,
  resource = IMAGES,
): Promise<{ names: string[]; result: ListResult; requests: RecordedRequest[] }> {
  const { api, requests } = fakeApi(() => responses[Math.min(requests.length, responses.length) - 1]!);
  let names: string[] = [];
  const reader = {
    parser: OBJECT_PARSER,
    take: ({ items }: ObjectPage) => void names.push(...items.map(({ metadata }) => metadata.name)),
    restart: () => void (names = []),
  };
  const result = await readList(api, resource, reader, options);
  return { names, result, requests };
}

const queries = (requests: RecordedRequest[]) => requests.map(({ query }) => query?.continue);

describe('readList', () => {
  it.each([
    ['requests compressed pages after a slow one', 1000, [undefined, 'gzip', 'gzip']],
    ['requests uncompressed pages on a fast network', 5, [undefined, undefined, undefined]],
  ])('%s', async (_what, ms, expected) => {
    const { api, requests, clock } = slowServer(ms);
    const names: string[] = [];
    const reader = {
      parser: REDUCER,
      take: ({ referrers }: ReturnType<typeof reducePage>) => void names.push(...referrers!.map(({ name }) => name)),
      restart: () => {},
    };
    const result = await readList(api, REFERRERS[0]!, reader, { clock });
    expect(names).toEqual(['pod-1', 'pod-2', 'pod-3']);
    expect(result.count).toBe(3);
    expect(requests.map(({ headers }) => headers?.['Accept-Encoding'])).toEqual(expected);
  });

  it('reads every page in order, and reports the version and the time of the first one', async () => {
    const { names, result, requests } = await read([page(['a', 'b'], 'next'), page(['c'])], { pageSize: 2 });
    expect(names).toEqual(['a', 'b', 'c']);
    expect(result).toMatchObject({ resourceVersion: 'v-a', count: 3, serverTime: Date.parse('2026-11-01T10:00:00Z') });
    expect(requests.map(({ query }) => query)).toEqual([{ limit: 2 }, { limit: 2, continue: 'next' }]);
  });

  it('continues with the token that the server offers for an expired one', async () => {
    const { names, result, requests } = await read([page(['a'], 'old'), expired('new'), page(['b'])]);
    expect(names).toEqual(['a', 'b']);
    expect(result).toMatchObject({ resourceVersion: 'v-a', count: 2 });
    expect(queries(requests)).toEqual([undefined, 'old', 'new']);
  });

  it.each([
    ['the server offers no token', expired(), {}],
    ['the caller needs one state', expired('new'), { onExpired: 'restart' as const }],
  ])('starts again after an expired token if %s', async (_why, response, options) => {
    const { names, result, requests } = await read([page(['a'], 'old'), response, page(['x', 'y'])], options);
    expect(names).toEqual(['x', 'y']);
    expect(result).toMatchObject({ resourceVersion: 'v-x', count: 2 });
    expect(queries(requests)).toEqual([undefined, 'old', undefined]);
  });

  it('fails after eight restarts', async () => {
    const responses = Array.from({ length: 10 }, () => [page(['a'], 'old'), expired()]).flat();
    await expect(read(responses)).rejects.toMatchObject({
      message: 'cannot list images.image.openshift.io: token is too old',
      reason: 'Expired',
      status: 410,
    });
  });

  it.each([[{}], [null], [[]], ['<html>'], [{ items: {} }]])(
    'fails on a response that is not a list: %j',
    async (body) => {
      await expect(read([aResponse(200, body)])).rejects.toMatchObject({
        code: 'API_NOT_JSON',
        message: expect.stringContaining('cannot list images.image.openshift.io: the response is not a list'),
      });
    },
  );

  it('reads a list without objects, which some servers write as null', async () => {
    expect(
      (
        await read([
          aResponse(200, { kind: 'ImageList', apiVersion: 'image.openshift.io/v1', metadata: {}, items: null }),
        ])
      ).names,
    ).toEqual([]);
  });

  it('reads a missing optional resource as an empty list', async () => {
    const optional = { ...IMAGES, optional: true };
    expect((await read([aResponse(404, '404 page not found')], {}, optional)).names).toEqual([]);
    await expect(read([aResponse(404, '404 page not found')])).rejects.toMatchObject({
      message: expect.stringMatching(/^cannot list images.*: the server answered 404 to GET \/apis\/image/),
    });
  });

  it("does not treat a proxy's 404 as a missing resource", async () => {
    const optional = { ...IMAGES, optional: true };
    await expect(read([aResponse(404, '<html>not found</html>')], {}, optional)).rejects.toMatchObject({ status: 404 });
  });

  it('fails if an optional resource disappears while its pages are read', async () => {
    const optional = { ...IMAGES, optional: true };
    const responses = [page(['a'], 'next'), aResponse(404, '404 page not found')];
    await expect(read(responses, {}, optional)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a page that is not a page of the list', () => {
  const images = { kind: 'ImageList', apiVersion: 'image.openshift.io/v1' };
  const bodies: [string, unknown][] = [
    ['an empty object', {}],
    ['null', null],
    ['a Status', { kind: 'Status', apiVersion: 'v1', status: 'Success' }],
    ['a list of another kind', { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] }],
    ['a list of another version', { ...images, apiVersion: 'image.openshift.io/v2', metadata: {}, items: [] }],
    ['a list without a kind', { metadata: {}, items: [] }],
    ['a kind that is not a string', { ...images, kind: ['ImageList'], metadata: {}, items: [] }],
    ['items that are an object', { ...images, metadata: {}, items: {} }],
    ['HTML', '<html>maintenance</html>'],
  ];

  test.each(bodies)('as the first page: %s is an error', async (_what, body) => {
    await expect(read([aResponse(200, body)])).rejects.toMatchObject({
      code: 'API_NOT_JSON',
      message: expect.stringContaining('cannot list images.image.openshift.io'),
    });
  });

  test.each(bodies)('as a later page: %s is an error', async (_what, body) => {
    await expect(read([page(['a'], 'next'), aResponse(200, body)])).rejects.toMatchObject({ code: 'API_NOT_JSON' });
  });
});
