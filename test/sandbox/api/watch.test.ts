import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest, digest, images } from '../../support/sandbox-client.js';

const IMAGES = '/apis/image.openshift.io/v1/images';

interface Event {
  type: string;
  object: { kind?: string; code?: number; metadata: { name: string; resourceVersion: string } };
}

/** Opens a watch. `next` waits for an event; undefined is the end of the watch. */
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
    (await apiRequest(sandbox, 'GET', IMAGES, { token: sandbox.tokens.admin })).json<{
      metadata: { resourceVersion: string };
    }>().metadata.resourceVersion;

  test('send past changes since a version, then new ones', async () => {
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

  test('send all objects without a version, and end at the timeout with a bookmark', async () => {
    const watch = openWatch(sandbox, 'allowWatchBookmarks=true&timeoutSeconds=1');
    const events: (Event | undefined)[] = [];
    do events.push(await watch.next());
    while (events.at(-1));
    expect(events.map((event) => event?.type)).toEqual(expect.arrayContaining(['ADDED', 'BOOKMARK', undefined]));
  });

  test('from a compacted version get an ERROR event with a 410', async () => {
    const since = await version();
    sandbox.store.compact();
    const watch = openWatch(sandbox, `resourceVersion=${since}`);
    expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410 } });
    expect(await watch.next()).toBeUndefined();
  });
});
