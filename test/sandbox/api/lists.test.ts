import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:http2';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest, digest, images } from '../../support/sandbox-client.js';

const IMAGES = '/apis/image.openshift.io/v1/images';

interface List {
  kind: string;
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: { kind?: string; metadata: { name: string } }[];
}

const names = (list: List): string[] => list.items.map((item) => item.metadata.name);

describe('lists', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    const pods = [
      { metadata: { name: 'a', namespace: 'x', labels: { app: 'web' } } },
      { metadata: { name: 'b', namespace: 'x' } },
      { metadata: { name: 'c', namespace: 'xy', labels: { app: 'db' } } },
    ];
    sandbox = await startSandbox({ cluster: { images: images(7), pods }, missing: ['builds'] });
  });
  afterEach(() => sandbox.stop());

  const get = (path: string): Promise<{ status: number; json: <T>() => T; body: string }> =>
    apiRequest(sandbox, 'GET', path, { token: sandbox.tokens.admin });
  const page = async (query: string): Promise<List> => (await get(`${IMAGES}?${query}`)).json<List>();

  test('come in pages, with what remains, and show one moment', async () => {
    const first = await page('limit=3');
    expect(first).toMatchObject({ kind: 'ImageList', metadata: { remainingItemCount: 4 } });
    expect(first.items[0]!.kind).toBeUndefined();
    sandbox.store.remove('images', digest(5));
    sandbox.store.put('images', { metadata: { name: digest(4).replace(/4$/, '4f') } });
    const second = await page(`limit=3&continue=${first.metadata.continue}`);
    const third = await page(`limit=3&continue=${second.metadata.continue}`);
    expect([...names(first), ...names(second), ...names(third)]).toEqual([1, 2, 3, 4, 5, 6, 7].map(digest));
    expect(third.metadata.continue).toBeUndefined();
    expect(third.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test('a token that is too old is 410 with a token for the inconsistent rest', async () => {
    const first = await page('limit=3');
    sandbox.store.remove('images', digest(5));
    sandbox.store.compact();
    const expired = await get(`${IMAGES}?limit=3&continue=${first.metadata.continue}`);
    expect(expired.status).toBe(410);
    const status = expired.json<{ reason: string; metadata: { continue: string } }>();
    expect(status.reason).toBe('Expired');
    expect(names(await page(`continue=${status.metadata.continue}`))).toEqual([4, 6, 7].map(digest));
  });

  test('are narrowed by namespace, labels and fields', async () => {
    const pods = async (path: string): Promise<string[]> => names((await get(path)).json<List>());
    expect(await pods('/api/v1/namespaces/x/pods')).toEqual(['a', 'b']);
    expect(await pods('/api/v1/pods?labelSelector=app%3Dweb')).toEqual(['a']);
    expect(await pods('/api/v1/pods?labelSelector=app+in+(web,db)')).toEqual(['a', 'c']);
    expect(await pods('/api/v1/pods?labelSelector=app!%3Dweb')).toEqual(['b', 'c']);
    expect(await pods('/api/v1/pods?fieldSelector=metadata.name%3Db')).toEqual(['b']);
  });

  test('of a missing API group answer 404 with text', async () => {
    expect(await get('/apis/build.openshift.io/v1/builds')).toMatchObject({ status: 404 });
  });

  test('are gzipped when that is asked for, long ones too', async () => {
    await sandbox.stop();
    sandbox = await startSandbox({ cluster: { images: images(2500) } });
    const options = {
      ca: readFileSync(sandbox.caFile),
      headers: { authorization: `Bearer ${sandbox.tokens.admin}`, 'accept-encoding': 'gzip' },
    };
    const body = await new Promise<Buffer>((resolve, reject) => {
      httpsRequest(sandbox.apiUrl + IMAGES, options, (response) => {
        expect(response.headers['content-encoding']).toBe('gzip');
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
      })
        .on('error', reject)
        .end();
    });
    expect((JSON.parse(gunzipSync(body).toString()) as List).items).toHaveLength(2500);
    expect(body.length).toBeLessThan(200_000);
  });

  test('are served over HTTP/2 too', async () => {
    const session = connect(sandbox.apiUrl, { ca: readFileSync(sandbox.caFile) });
    const stream = session.request({ ':path': IMAGES, authorization: `Bearer ${sandbox.tokens.admin}` });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    session.close();
    expect(session.alpnProtocol).toBe('h2');
    expect(names(JSON.parse(text) as List)).toHaveLength(7);
  });
});

interface Event {
  type: string;
  object: { kind?: string; code?: number; metadata: { name: string; resourceVersion: string } };
}

/** Opens a watch; `next` waits for an event. */
function openWatch(sandbox: Sandbox, query: string): { next: () => Promise<Event | undefined>; close: () => void } {
  const events: Event[] = [];
  const waiting: ((event: Event | undefined) => void)[] = [];
  let ended = false;
  let rest = '';
  const take = (event: Event): void => (waiting.length ? waiting.shift()!(event) : void events.push(event));
  const headers = { authorization: `Bearer ${sandbox.tokens.pruner}` };
  const request = httpsRequest(
    `${sandbox.apiUrl}${IMAGES}?watch=true&${query}`,
    { ca: readFileSync(sandbox.caFile), headers, agent: false },
    (response) => {
      response.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop()!;
        for (const line of lines) take(JSON.parse(line) as Event);
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        ended = true;
        waiting.forEach((waiter) => waiter(undefined));
      });
    },
  );
  request.on('error', () => undefined);
  request.end();
  const next = (): Promise<Event | undefined> =>
    events.length || ended ? Promise.resolve(events.shift()) : new Promise((resolve) => void waiting.push(resolve));
  return { next, close: () => request.destroy() };
}

describe('watches', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ cluster: { images: images(2) } });
  });
  afterEach(() => sandbox.stop());

  const version = async (): Promise<string> =>
    (await apiRequest(sandbox, 'GET', IMAGES, { token: sandbox.tokens.admin })).json<List>().metadata.resourceVersion;

  test('tell what has changed since a version, and what changes', async () => {
    const since = await version();
    sandbox.store.put('images', { metadata: { name: digest(3) } });
    const watch = openWatch(sandbox, `resourceVersion=${since}`);
    expect(await watch.next()).toMatchObject({
      type: 'ADDED',
      object: { kind: 'Image', metadata: { name: digest(3) } },
    });
    sandbox.store.put('images', { metadata: { name: digest(3), labels: { a: 'b' } } });
    expect(await watch.next()).toMatchObject({ type: 'MODIFIED' });
    sandbox.store.remove('images', digest(1));
    expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { metadata: { name: digest(1) } } });
    watch.close();
  });

  test('begin with everything when no version is given, and end in time with a bookmark', async () => {
    const watch = openWatch(sandbox, 'allowWatchBookmarks=true&timeoutSeconds=1');
    const events: (Event | undefined)[] = [];
    do events.push(await watch.next());
    while (events.at(-1));
    expect(events.map((event) => event?.type)).toEqual(expect.arrayContaining(['ADDED', 'BOOKMARK', undefined]));
  });

  test('of a forgotten version get an ERROR event with a 410', async () => {
    const since = await version();
    sandbox.store.compact();
    const watch = openWatch(sandbox, `resourceVersion=${since}`);
    expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410 } });
    expect(await watch.next()).toBeUndefined();
  });
});
