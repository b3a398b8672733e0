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

  test('have pages with the number of remaining items, and all pages show the same revision', async () => {
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

  test('expired tokens get 410 with a token for an inconsistent rest', async () => {
    const first = await page('limit=3');
    sandbox.store.remove('images', digest(5));
    sandbox.store.compact();
    const expired = await get(`${IMAGES}?limit=3&continue=${first.metadata.continue}`);
    expect(expired.status).toBe(410);
    const status = expired.json<{ reason: string; metadata: { continue: string } }>();
    expect(status.reason).toBe('Expired');
    expect(names(await page(`continue=${status.metadata.continue}`))).toEqual([4, 6, 7].map(digest));
  });

  test('are filtered by namespace, labels and fields', async () => {
    const pods = async (path: string): Promise<string[]> => names((await get(path)).json<List>());
    expect(await pods('/api/v1/namespaces/x/pods')).toEqual(['a', 'b']);
    expect(await pods('/api/v1/pods?labelSelector=app%3Dweb')).toEqual(['a']);
    expect(await pods('/api/v1/pods?labelSelector=app+in+(web,db)')).toEqual(['a', 'c']);
    expect(await pods('/api/v1/pods?labelSelector=app!%3Dweb')).toEqual(['b', 'c']);
    expect(await pods('/api/v1/pods?fieldSelector=metadata.name%3Db')).toEqual(['b']);
  });

  test('of a missing API group get 404', async () => {
    expect(await get('/apis/build.openshift.io/v1/builds')).toMatchObject({ status: 404 });
  });

  test('are compressed on request, long ones too', async () => {
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

  test('work over HTTP/2', async () => {
    const session = connect(sandbox.apiUrl, { ca: readFileSync(sandbox.caFile) });
    const stream = session.request({ ':path': IMAGES, authorization: `Bearer ${sandbox.tokens.admin}` });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    session.close();
    expect(session.alpnProtocol).toBe('h2');
    expect(names(JSON.parse(text) as List)).toHaveLength(7);
  });
});
