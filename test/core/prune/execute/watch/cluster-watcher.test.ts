import { ApiError } from '../../../../../src/core/cluster/api-error.js';
import { REFERRERS } from '../../../../../src/core/cluster/resources.js';
import { LiveView } from '../../../../../src/core/prune/execute/watch/live-view.js';
import { allowedAge, allowedAgeOfPartial } from '../../../../../src/core/prune/execute/watch/allowed-age.js';
import { toClusterReads } from '../../../../../src/core/prune/connect.js';
import { ClusterWatcher } from '../../../../../src/core/prune/execute/watch/cluster-watcher.js';
import type { KubeObject } from '../../../../../src/core/model/kube.js';
import {
  anImage,
  anImageStream,
  aPod,
  aSnapshot,
  digest,
  NOW,
  pruneOptions,
  HOST,
} from '../../../../support/builders.js';
import { WatchedServer } from '../../../../support/watched-server.js';

const IMAGE = digest('doomed');

let server: WatchedServer;
let view: LiveView;
let watcher: ClusterWatcher;
/** The watcher's clock, in ms. */
let now: number;

beforeEach(() => {
  server = new WatchedServer();
  now = 0;
  const snapshot = aSnapshot(anImage(IMAGE), anImageStream('ns/app'));
  view = new LiveView({ snapshot, options: pruneOptions() }, NOW);
  start();
});
afterEach(() => watcher.stop());

function start(options: { watchLimitBytes?: number } = {}): void {
  const resources = [
    'images',
    'imagestreams',
    'pods',
    'replicasets',
    'builds',
    'replicationcontrollers',
    'deployments',
    'jobs',
    'deploymentconfigs',
    'buildconfigs',
    'daemonsets',
    'statefulsets',
    'cronjobs',
  ];
  watcher = new ClusterWatcher(toClusterReads(server.api), view, {
    referrers: REFERRERS,
    resourceVersions: new Map(resources.map((resource) => [resource, '5'])),
    clock: () => now,
    ...options,
  });
}

const pod = (name = 'web', version = '11'): KubeObject => {
  const { object } = aPod(`ns/${name}`).running(`${HOST}/ns/app@${IMAGE}`);
  return { ...object, metadata: { ...object.metadata, resourceVersion: version } };
};
const blocked = (): boolean => view.imageBlocked(0) !== undefined;

test('a look that takes 100 ms may be 500 ms old, and no look more than 30 s or twice its duration', () => {
  expect([0, 4, 10, 50, 100, 101, 1000, 6000, 15_000, 60_000].map(allowedAge)).toEqual([
    50, 50, 100, 500, 500, 505, 5000, 30_000, 30_000, 120_000,
  ]);
});

test('a look at metadata that takes 25 to 100 ms may be 500 ms old', () => {
  expect([0, 10, 25, 26, 50, 100, 1000, 60_000].map(allowedAgeOfPartial)).toEqual([
    50, 100, 250, 500, 500, 500, 5000, 120_000,
  ]);
});

test('changes before a watch was opened are known before the first deletion, even if the watch sends them late', async () => {
  server.pods = [pod()];
  await watcher.start();
  expect(server.listed).toContain('pods');
  expect(server.listed).not.toContain('images');
  expect(blocked()).toBe(true);
  expect(watcher.waitUntilFresh()).toBeUndefined();
});

test('an event of a watch takes effect at once; a deleted object is removed', async () => {
  await watcher.start();
  await server.feed('pods').send('ADDED', pod());
  expect(blocked()).toBe(true);
  await server.feed('pods').send('DELETED', pod('web', '12'));
  expect(blocked()).toBe(false);
});

test('a list that is older than the events of a watch does not undo them', async () => {
  await watcher.start();
  // The watch ends, and opening it again takes so long that a list replaces it.
  let open = (): void => {};
  const opening = new Promise<void>((resolve) => (open = resolve));
  const reopening = new Promise<void>((resolve) => {
    server.beforeStream = () => {
      resolve();
      return opening;
    };
  });
  server.feed('pods').end();
  await reopening;
  server.beforePods = async () => {
    const opened = server.nextFeed('pods');
    open();
    await (await opened).send('ADDED', pod());
  };
  await watcher.look();
  expect(blocked()).toBe(true);
});

test('a list that is older than a change that a watch has shown does not undo the change', async () => {
  server.pods = [aPod('ns/web').running('quay.io/elsewhere:1').object];
  server.beforePods = async () => {
    await server.feed('pods').opened;
    await server.feed('pods').send('MODIFIED', pod('web', '20'));
  };
  await watcher.start();
  expect(blocked()).toBe(true);
});

test('a watch that was opened again is used only after its source was listed again', async () => {
  await watcher.start();
  const reopened = server.nextFeed('pods');
  server.feed('pods').end();
  await reopened;
  server.listed = [];
  await watcher.waitUntilFresh();
  expect(server.listed).toEqual(['pods']);
  await watcher.waitUntilFresh();
  expect(server.listed).toEqual(['pods']);
});

test('a watch that floods the run with objects is replaced by lists, and memory stays bounded', async () => {
  start({ watchLimitBytes: 20_000 });
  await watcher.start();
  const feed = server.feed('pods');
  const before = view.knownSize.objects;
  for (let at = 0; at < 1000; at++) void feed.send('ADDED', pod(`flood-${at}`, String(20 + at)));
  await feed.closed;
  // The watcher notes the end of the watch in this turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  expect(view.knownSize.objects - before).toBeLessThan(100);
  expect(server.feed('pods')).toBe(feed);
  server.listed = [];
  server.pods = [pod()];
  await watcher.waitUntilFresh();
  expect(server.listed).toEqual(['pods']);
  expect(blocked()).toBe(true);
});

test('objects that are deleted again, and changes of known ones, do not count', async () => {
  start({ watchLimitBytes: 5000 });
  await watcher.start();
  const feed = server.feed('pods');
  for (let at = 0; at < 100; at++) {
    await feed.send('ADDED', pod('job', String(20 + at)));
    await feed.send('MODIFIED', pod('job', String(20 + at)));
    await feed.send('DELETED', pod('job', String(20 + at)));
  }
  expect(feed.isClosed).toBe(false);
});

test('the deletion of a stream that was created again since then is ignored', async () => {
  await watcher.start();
  const again = anImageStream('ns/app').withTag('latest', [IMAGE]).object;
  const metadata = (uid: string, resourceVersion: string): KubeObject['metadata'] => ({
    ...again.metadata,
    uid,
    resourceVersion,
  });
  await server.feed('imagestreams').send('ADDED', { ...again, metadata: metadata('new', '20') });
  await server.feed('imagestreams').send('DELETED', { ...again, metadata: metadata('old', '19') });
  expect(blocked()).toBe(true);
});

test('a resource that may not be watched is listed again before its list is too old', async () => {
  server.watchable = (path) => /images$|imagestreams$/.test(path);
  watcher = new ClusterWatcher(toClusterReads(server.api), view, {
    referrers: REFERRERS,
    resourceVersions: new Map([
      ['images', '5'],
      ['imagestreams', '5'],
    ]),
    clock: () => now,
  });
  await watcher.start();
  expect(watcher.waitUntilFresh()).toBeUndefined();
  server.pods = [pod()];
  now += 51;
  const waiting = watcher.waitUntilFresh();
  expect(waiting).toBeDefined();
  await waiting;
  expect(blocked()).toBe(true);
});

test('a watch that ended is listed before the next deletion', async () => {
  await watcher.start();
  const refused = new Promise<void>((resolve) => {
    server.watchable = () => {
      resolve();
      return false;
    };
  });
  server.feed('pods').end();
  await refused;
  server.pods = [pod()];
  await watcher.waitUntilFresh();
  expect(blocked()).toBe(true);
});

test('if a resource can no longer be listed, nothing may be deleted', async () => {
  server.watchable = () => false;
  await watcher.start();
  server.beforePods = async () => {
    throw new ApiError('forbidden', { status: 403, reason: 'Forbidden' });
  };
  now += allowedAge(0) + 1;
  await expect(watcher.waitUntilFresh()).rejects.toThrow('forbidden');
  await expect(watcher.look()).rejects.toThrow('forbidden');
});
