import type { KubeObject } from '../../../../../src/core/model/kube.js';
import { toClusterReads } from '../../../../../src/core/prune/connect.js';
import { ClusterWatcher } from '../../../../../src/core/prune/execute/watch/cluster-watcher.js';
import type { ConfirmWaits } from '../../../../../src/core/prune/execute/watch/source-watches.js';
import { REFERRERS } from '../../../../../src/core/cluster/resources.js';
import { LiveView } from '../../../../../src/core/prune/execute/watch/live-view.js';
import { anImage, anImageStream, aPod, aSnapshot, digest, NOW, pruneOptions } from '../../../../support/builders.js';
import { WatchedServer, type Feed } from '../../../../support/watched-server.js';

const IMAGE = digest('doomed');
const SECOND = 1000;

let server: WatchedServer;
let view: LiveView;
let watcher: ClusterWatcher;
let now: number;
/** What a confirmation waits for: here, only for what the test sends. */
let waits: ConfirmWaits;
/** Which second watches were opened, and where they start. */
let confirmed: { resource: string; from: unknown }[];

beforeEach(async () => {
  server = new WatchedServer();
  now = 0;
  confirmed = [];
  waits = { limitMs: 60_000, grace: async () => {} };
  view = new LiveView({ snapshot: aSnapshot(anImage(IMAGE), anImageStream('ns/app')), options: pruneOptions() }, NOW);
  // As the role system:image-pruner allows it: images and image streams can be watched, pods only listed.
  server.watchable = (path) => /images$|imagestreams$/.test(path);
  watcher = new ClusterWatcher(toClusterReads(server.api), view, {
    referrers: REFERRERS,
    resourceVersions: new Map([
      ['images', '5'],
      ['imagestreams', '5'],
    ]),
    clock: () => now,
    confirmWaits: waits,
  });
  await watcher.start();
  server.listed = [];
});
afterEach(() => watcher.stop());

const pod = (): KubeObject => aPod('ns/web').running(`registry.example.org:5000/ns/app@${IMAGE}`).object;
const stream = (): KubeObject => anImageStream('ns/app').withTag('again', [IMAGE]).object;
const withVersion = (object: KubeObject, resourceVersion: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
});
const blocked = (): boolean => view.imageBlocked(0) !== undefined;
const listedAgain = (resource: string): boolean => server.listed.includes(resource);

/** Makes every second watch respond in this way. */
function onConfirm(answer: (feed: Feed, resource: string) => unknown): void {
  server.onConfirm = (feed, resource) => {
    confirmed.push({ resource, from: feed.query.resourceVersion });
    answer(feed, resource);
  };
}
const bookmarkAt = (version: string) => onConfirm((feed) => feed.bookmark(version));

/** Makes every second watch respond with a bookmark, and resolves when this number of them have responded. */
function bookmarksAt(version: string, count: number): Promise<void> {
  return new Promise((resolve) => {
    let answered = 0;
    onConfirm(async (feed) => {
      await feed.bookmark(version);
      if (++answered === count) resolve();
    });
  });
}

test('a watch that is silent for 30 s and cannot be confirmed is not relied on: its kind is listed', async () => {
  onConfirm(() => {});
  waits.limitMs = 1;
  server.streams = [withVersion(stream(), '20')];
  now += 30 * SECOND;
  await watcher.waitUntilFresh();
  expect(confirmed.map(({ resource }) => resource).sort()).toEqual(['images', 'imagestreams']);
  expect(listedAgain('imagestreams')).toBe(true);
  expect(listedAgain('images')).toBe(true);
  expect(blocked()).toBe(true);
});

test('a bookmark of a second watch confirms a silent watch: nothing is listed', async () => {
  bookmarkAt('7');
  now += 30 * SECOND;
  await watcher.waitUntilFresh();
  expect(confirmed).toContainEqual({ resource: 'imagestreams', from: '5' });
  expect(listedAgain('imagestreams')).toBe(false);
  now += 29 * SECOND;
  server.listed = [];
  const again = bookmarksAt('7', 2);
  await watcher.waitUntilFresh();
  expect(listedAgain('imagestreams')).toBe(false);
  await again;
  expect(confirmed.filter(({ resource }) => resource === 'imagestreams').map(({ from }) => from)).toEqual(['5', '7']);
});

test('a second watch is opened early enough that no deletion waits for it', async () => {
  const answered = bookmarksAt('7', 2);
  now += 20 * SECOND;
  await watcher.look();
  expect(watcher.waitUntilFresh()).toBeUndefined();
  await answered;
  expect(confirmed).toHaveLength(2);
  now += 10 * SECOND;
  await watcher.look();
  expect(listedAgain('imagestreams')).toBe(false);
});

test('a watch that has missed a change is closed, and its kind is listed', async () => {
  const first = server.feed('imagestreams');
  onConfirm((feed, resource) => {
    if (resource === 'imagestreams') feed.send('MODIFIED', withVersion(stream(), '20'));
    else feed.bookmark('7');
  });
  server.streams = [withVersion(stream(), '20')];
  now += 30 * SECOND;
  await watcher.waitUntilFresh();
  expect(server.feed('imagestreams')).not.toBe(first);
  expect(listedAgain('imagestreams')).toBe(true);
  expect(listedAgain('images')).toBe(false);
  expect(blocked()).toBe(true);
});

test('a change that the first watch shows a moment after the second confirms it', async () => {
  const first = server.feed('imagestreams');
  onConfirm((feed, resource) => {
    if (resource !== 'imagestreams') return feed.bookmark('7');
    return feed.send('MODIFIED', withVersion(stream(), '20'));
  });
  waits.grace = () => first.send('MODIFIED', withVersion(stream(), '20'));
  now += 30 * SECOND;
  await watcher.waitUntilFresh();
  expect(server.feed('imagestreams')).toBe(first);
  expect(listedAgain('imagestreams')).toBe(false);
  expect(blocked()).toBe(true);
});

test.each([
  ['an older bookmark', (feed: Feed) => feed.bookmark('4')],
  [
    'a bookmark of another kind',
    (feed: Feed) => feed.send('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: '9' } }),
  ],
  ['an error', (feed: Feed) => feed.send('ERROR', { kind: 'Status', code: 410 })],
  ['the end of the watch', (feed: Feed) => feed.end()],
])('%s confirms nothing', async (_what, answer) => {
  onConfirm(answer);
  now += 30 * SECOND;
  await watcher.waitUntilFresh();
  expect(listedAgain('imagestreams')).toBe(true);
});

test('a watch whose second watch is refused is closed, and the kind is listed from then on', async () => {
  server.watchable = () => false;
  now += 30 * SECOND;
  server.pods = [pod()];
  await watcher.waitUntilFresh();
  expect(listedAgain('imagestreams')).toBe(true);
  now += 10 * SECOND;
  server.listed = [];
  await watcher.waitUntilFresh();
  expect(listedAgain('imagestreams')).toBe(true);
});

test('an event and a bookmark of the watch itself confirm it', async () => {
  onConfirm(() => {});
  now += 19 * SECOND;
  await Promise.all(['images', 'imagestreams'].map((resource) => server.feed(resource).bookmark('9')));
  now += 19 * SECOND;
  await watcher.waitUntilFresh();
  expect(confirmed).toEqual([]);
  expect(listedAgain('imagestreams')).toBe(false);
});
