import type { ApiResponse } from '../../../../src/core/cluster/api.js';
import { readList, type ListOptions, type ListResult } from '../../../../src/core/cluster/lists/list.js';
import { LENIENT_PARSER, OBJECT_PARSER, type ObjectPage } from '../../../../src/core/cluster/lists/page.js';
import { PageChain } from '../../../../src/core/cluster/lists/page-chain.js';
import { reducePage } from '../../../../src/core/cluster/lists/reduce-page.js';
import { IMAGES, REFERRERS } from '../../../../src/core/cluster/resources.js';
import { aResponse, fakeApi, type RecordedRequest } from '../../../support/fake-api.js';

const PAGES = 3;

/** Serves three pages over a link that is slow from a page on. */
function slowServer(from: number) {
  const link = { isSlow: from === 0 };
  const { api, requests } = fakeApi(() => {
    const page = requests.length;
    link.isSlow ||= page >= from;
    const metadata = { resourceVersion: '1', ...(page < PAGES ? { continue: String(page) } : {}) };
    const items = [
      {
        metadata: { name: `pod-${page}`, namespace: 'ns' },
        spec: { containers: [{ name: 'a', image: 'r.example.com/n/a' }] },
      },
    ];
    return aResponse(200, { kind: 'PodList', apiVersion: 'v1', metadata, items });
  });
  return { api: Object.assign(api, { link }), requests };
}

const REDUCER = { reduce: (resource: string, body: Buffer) => Promise.resolve(reducePage(resource, body)) };

const page = (
  names: string[],
  more?: string,
  { version = '7', remaining }: { version?: string; remaining?: number } = {},
): ApiResponse =>
  aResponse(
    200,
    {
      kind: 'ImageList',
      apiVersion: 'image.openshift.io/v1',
      metadata: { resourceVersion: version, continue: more, remainingItemCount: remaining },
      items: names.map((name) => ({ metadata: { name, uid: `uid-${name}` } })),
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
    ['requests compressed pages once the link was slow', 1, [undefined, 'gzip', 'gzip']],
    ['requests the first page compressed if other lists were slow', 0, ['gzip', 'gzip', 'gzip']],
    ['requests uncompressed pages on a fast network', Infinity, [undefined, undefined, undefined]],
  ])('%s', async (_what, from, expected) => {
    const { api, requests } = slowServer(from);
    const names: string[] = [];
    const reader = {
      parser: REDUCER,
      take: ({ referrers }: ReturnType<typeof reducePage>) => void names.push(...referrers!.map(({ name }) => name)),
      restart: () => {},
    };
    const result = await readList(api, REFERRERS[0]!, reader);
    expect(names).toEqual(['pod-1', 'pod-2', 'pod-3']);
    expect(result.count).toBe(3);
    expect(requests.map(({ headers }) => headers?.['Accept-Encoding'])).toEqual(expected);
  });

  it('reads every page in order, and reports the version and the time of the first one', async () => {
    const { names, result, requests } = await read([page(['a', 'b'], 'next'), page(['c'])], { pageSize: 2 });
    expect(names).toEqual(['a', 'b', 'c']);
    expect(result).toMatchObject({ resourceVersion: '7', count: 3, serverTime: Date.parse('2026-11-01T10:00:00Z') });
    expect(requests.map(({ query }) => query)).toEqual([{ limit: 2 }, { limit: 2, continue: 'next' }]);
  });

  it.each([
    ['the server offers no token', expired()],
    ['the server offers a token: with it, objects could be missing', expired('new')],
  ])('starts again after an expired token; %s', async (_why, response) => {
    const { names, result, requests } = await read([
      page(['a'], 'old'),
      response,
      page(['x', 'y'], undefined, { version: '8' }),
    ]);
    expect(names).toEqual(['x', 'y']);
    expect(result).toMatchObject({ resourceVersion: '8', count: 2 });
    expect(queries(requests)).toEqual([undefined, 'old', undefined]);
  });

  it.each([
    ['on the second page', [page(['a'], 'old'), expired('new')]],
    ['on the first page', [expired('new')]],
  ])('fails after five restarts because of expired tokens %s', async (_where, once) => {
    const { api, requests } = fakeApi(() => once[(requests.length - 1) % once.length]!);
    const reader = { parser: OBJECT_PARSER, take: () => {}, restart: () => {} };
    await expect(readList(api, IMAGES, reader)).rejects.toMatchObject({
      message: 'cannot list images.image.openshift.io: token is too old',
      reason: 'Expired',
      status: 410,
    });
    expect(requests).toHaveLength(6 * once.length);
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

  it('accepts null for no objects only if the caller does, in a list that is complete', async () => {
    const list = { kind: 'ImageList', apiVersion: 'image.openshift.io/v1', items: null };
    const nothing = aResponse(200, { ...list, metadata: { resourceVersion: '7' } });
    const lenient = (response: ApiResponse) =>
      readList(
        fakeApi(() => response).api,
        IMAGES,
        { parser: LENIENT_PARSER, take: () => {}, restart: () => {} },
        { allowNullItems: true },
      );
    expect(await lenient(nothing)).toMatchObject({ count: 0 });
    await expect(read([nothing])).rejects.toMatchObject({ code: 'API_NOT_JSON' });
    for (const metadata of [{}, { resourceVersion: '7', continue: 'more' }])
      await expect(lenient(aResponse(200, { ...list, metadata }))).rejects.toMatchObject({ code: 'API_NOT_JSON' });
  });

  it('fails if an optional resource disappears while its pages are read', async () => {
    const optional = { ...IMAGES, optional: true };
    const responses = [page(['a'], 'next'), aResponse(404, '404 page not found')];
    await expect(read(responses, {}, optional)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('reads a list again if a page is damaged behind its beginning', async () => {
    const broken = aResponse(200, page(['a'], 'next').body.toString().replace('"uid-a"', '"uid-a'));
    const { names, requests } = await read([broken, page(['b']), page(['a'], 'next'), page(['b'])]);
    expect(names).toEqual(['a', 'b']);
    expect(queries(requests)).toEqual([undefined, 'next', undefined, 'next']);
    await expect(read([broken])).rejects.toMatchObject({ code: 'API_NOT_JSON' });
  });
});

describe('an optional resource whose list is answered with 404', () => {
  const optional = { ...IMAGES, optional: true };
  const GROUP = '/apis/image.openshift.io/v1';
  const HTML = aResponse(404, '<html>no such backend</html>');
  const PLAIN = aResponse(404, '404 page not found\n');
  const resources = (...names: string[]) =>
    aResponse(200, {
      kind: 'APIResourceList',
      groupVersion: 'image.openshift.io/v1',
      resources: names.map((name) => ({ name })),
    });
  const groups = (...names: string[]) =>
    aResponse(200, { kind: 'APIGroupList', groups: names.map((name) => ({ name, versions: [] })) });

  /** Reads the list against an API server with these answers; everything else is answered with the 404 of a proxy. */
  const readFrom = (answers: Record<string, ApiResponse>, list = HTML) => {
    const { api } = fakeApi(({ path }) => (path === `${GROUP}/images` ? list : (answers[path] ?? HTML)));
    return readList(api, optional, { parser: OBJECT_PARSER, take: () => {}, restart: () => {} });
  };

  test.each<[string, Record<string, ApiResponse>]>([
    ['the API server serves the group without it', { [GROUP]: resources('imagestreams') }],
    ['the API server does not have the group', { [GROUP]: PLAIN, '/apis': groups('apps') }],
    ['a proxy answers for a group that the API server does not have', { [GROUP]: HTML, '/apis': groups('apps') }],
  ])('has no objects if %s', async (_what, answers) => {
    expect(await readFrom(answers)).toMatchObject({ count: 0 });
    expect(await readFrom(answers, PLAIN)).toMatchObject({ count: 0 });
  });

  test.each<[string, Record<string, ApiResponse>]>([
    ['the API server serves it', { [GROUP]: resources('imagestreams', 'images') }],
    ['the API server has the group, but does not answer for it', { '/apis': groups('image.openshift.io') }],
    ['discovery fails', {}],
    ['discovery of the group is forbidden', { [GROUP]: aResponse(403, {}), '/apis': groups() }],
    ['discovery is answered with another document', { [GROUP]: groups(), '/apis': groups() }],
    [
      'discovery is answered for another group',
      { [GROUP]: aResponse(200, { kind: 'APIResourceList', resources: [] }) },
    ],
    ['discovery is answered with null', { [GROUP]: aResponse(200, null), '/apis': groups() }],
  ])('cannot be listed if %s', async (_what, answers) => {
    await expect(readFrom(answers)).rejects.toThrow();
    await expect(readFrom(answers, PLAIN)).rejects.toThrow();
  });

  test('is not looked up if the resource must exist', async () => {
    await expect(read([PLAIN])).rejects.toMatchObject({
      message: expect.stringMatching(/^cannot list images.*: the server answered 404 to GET \/apis\/image/),
    });
  });
});

describe('pages that do not belong together', () => {
  const inconsistent = (responses: ApiResponse[], words: string) =>
    expect(read(responses)).rejects.toMatchObject({
      code: 'LIST_INCONSISTENT',
      message: expect.stringContaining(`cannot list images.image.openshift.io: the list is inconsistent: ${words}`),
    });

  test.each([
    ['an object on two pages', [page(['a', 'b'], 'next'), page(['b'])], '1 of its objects occur twice'],
    ['an object twice on a page', [page(['a', 'a'])], '1 of its objects occur twice'],
    ['a page of another version', [page(['a'], 'next'), page(['b'], undefined, { version: '8' })], 'a page has'],
    ['a page without a version', [page(['a'], 'next'), page(['b'], undefined, { version: '' })], 'a page has'],
    ['a token that is repeated', [page(['a'], 'next'), page(['b'], 'next')], 'a continue token is repeated'],
  ])('are an error: %s', (_what, responses, words) => inconsistent(responses, words));

  test('are an error: pages without objects that do not end', async () => {
    const { api, requests } = fakeApi(() => page([], `token ${requests.length}`));
    const reader = { parser: OBJECT_PARSER, take: () => {}, restart: () => {} };
    await expect(readList(api, IMAGES, reader)).rejects.toMatchObject({
      message: expect.stringContaining('more than 1000 pages are empty'),
    });
  });

  test('are an error: more objects than any cluster has', () => {
    const chain = new PageChain();
    const add = (count: number) => chain.add({ count, resourceVersion: '7', uids: new Uint32Array() });
    add(5_000_000);
    expect(() => add(1)).toThrow('more than 5000000 objects');
  });
});

describe('fewer objects than the first page announced', () => {
  const short = [page(['a'], 'next', { remaining: 2 }), page(['b'])];
  const tooFew = page(['a', 'b'], undefined, { remaining: 1 });
  const at = (requests: RecordedRequest[]) => requests.map(({ query }) => query?.limit);

  test.each([
    ['more pages', short],
    ['a page that is not the last', [tooFew]],
    ['nothing at the end', [page(['a', 'b'], 'next', { remaining: 1 }), page([])]],
  ])('are read again without a limit; an equal list is accepted: %s', async (_what, first) => {
    const { names, requests, result } = await read([...first, page(['b', 'a'], undefined, { version: '9' })]);
    expect(names).toEqual(['b', 'a']);
    expect(result).toMatchObject({ resourceVersion: '9', count: 2 });
    expect(at(requests)).toEqual([...first.map(() => 500), undefined]);
  });

  test.each([
    ['more objects', page(['a', 'b', 'c'])],
    ['fewer objects', page(['a'])],
    ['other objects', page(['a', 'x'])],
    ['the same objects, but announces more', page(['a', 'b'], undefined, { remaining: 1 })],
  ])('are an error if the list without a limit has %s', async (_what, whole) => {
    await expect(read([...short, whole])).rejects.toMatchObject({ code: 'LIST_INCONSISTENT' });
  });

  test('are not read again if more objects arrive than announced', async () => {
    const { names, requests } = await read([page(['a'], 'next', { remaining: 1 }), page(['b', 'c'])]);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(requests).toHaveLength(2);
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
    ['no metadata', { ...images, items: [] }],
    ['metadata that are null', { ...images, metadata: null, items: [] }],
    ['metadata that are text', { ...images, metadata: 'x', items: [] }],
    ['a version that is not text', { ...images, metadata: { resourceVersion: 7 }, items: [] }],
    ['a token that is true', { ...images, metadata: { resourceVersion: '7', continue: true }, items: [] }],
    ['a token that is a number', { ...images, metadata: { resourceVersion: '7', continue: 2 }, items: [] }],
    ['a token that is false', { ...images, metadata: { resourceVersion: '7', continue: false }, items: [] }],
    ['a count that is text', { ...images, metadata: { resourceVersion: '7', remainingItemCount: '2' }, items: [] }],
    ['items that are null', { ...images, metadata: { resourceVersion: '7' }, items: null }],
    ['items that are no objects', { ...images, metadata: { resourceVersion: '7' }, items: [null] }],
    ['items without names', { ...images, metadata: { resourceVersion: '7' }, items: [{}] }],
    ['a truncated list', page(['a', 'b']).body.toString().slice(0, -20)],
    ['nothing', ''],
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
