import { FollowedList, type LaterState } from '../../../src/core/cluster/followed-list.js';
import { IMAGES } from '../../../src/core/cluster/resources.js';
import { WatchedServer, type Feed } from '../../support/watched-server.js';

const signal = new AbortController().signal;
const image = (name: string, resourceVersion: string): object => ({ metadata: { name, resourceVersion } });
const namesOf = (state: LaterState): unknown =>
  'changed' in state ? state.changed.map(({ metadata }) => metadata.name) : state;

let server: WatchedServer;
let list: FollowedList;

/** Follows a list that was read at version 10, and waits for the watch. */
async function follow(version = '10', limitBytes?: number): Promise<Feed> {
  const opened = server.nextFeed('images');
  list = new FollowedList(server.api, IMAGES, version, limitBytes);
  list.start();
  return opened;
}

/** Answers each further watch. */
function onLook(act: (feed: Feed, number: number) => void | Promise<void>): void {
  let number = 0;
  server.onConfirm = (feed) => void act(feed, ++number);
}

beforeEach(() => {
  server = new WatchedServer();
});

afterEach(() => list.stop());

test('the watch starts at the version of the list, and its changes are there without a further watch', async () => {
  const feed = await follow();
  expect(feed.query).toMatchObject({ watch: true, resourceVersion: '10' });
  let looks = 0;
  onLook(() => void looks++);
  await feed.send('ADDED', image('a', '11'));
  await feed.send('MODIFIED', image('b', '12'));
  await feed.send('DELETED', image('c', '13'));
  server.version = 13;
  expect(namesOf(await list.catchUp(signal))).toEqual(['a', 'b']);
  expect(looks).toBe(0);
});

test('a further watch shows what the first one has not shown yet, up to the current version', async () => {
  const feed = await follow();
  await feed.send('ADDED', image('a', '11'));
  server.version = 15;
  onLook(async (look) => {
    expect(look.query).toMatchObject({ resourceVersion: '11', timeoutSeconds: 3 });
    await look.send('ADDED', image('late', '14'));
    await look.bookmark('15');
  });
  expect(namesOf(await list.catchUp(signal))).toEqual(['a', 'late']);
});

test('an older bookmark is not enough', async () => {
  await follow();
  server.version = 15;
  onLook(async (look, number) => {
    if (number === 1) {
      await look.bookmark('14');
      return look.end();
    }
    await look.send('ADDED', image('late', '15'));
  });
  expect(namesOf(await list.catchUp(signal))).toEqual(['late']);
});

test('a watch that the server closes is opened again where it ended', async () => {
  const feed = await follow();
  await feed.send('ADDED', image('a', '11'));
  const again = server.nextFeed('images');
  feed.end();
  const next = await again;
  expect(next.query.resourceVersion).toBe('11');
  await next.send('ADDED', image('b', '12'));
  server.version = 12;
  expect(namesOf(await list.catchUp(signal))).toEqual(['a', 'b']);
});

test('the newest state of an object counts', async () => {
  const feed = await follow();
  await feed.send('ADDED', image('a', '11'));
  await feed.send('MODIFIED', image('a', '12'));
  server.version = 12;
  const state = await list.catchUp(signal);
  expect(state).toMatchObject({ changed: [{ metadata: { name: 'a', resourceVersion: '12' } }] });
});

test.each<[what: string, act: (feed: Feed) => Promise<void>, problem: RegExp]>([
  ['the version has expired', (feed) => feed.send('ERROR', { code: 410 }), /expired/],
  ['the server sends another kind', (feed) => feed.send('ADDED', { kind: 'Secret' }), /refuses/],
  ['the server sends the list itself', (feed) => feed.send('ADDED', image('a', '10')), /earlier changes again/],
  ['there are too many changes', (feed) => feed.send('ADDED', image('a'.repeat(5000), '11')), /memory/],
])('the list must be read again if %s', async (_what, act, problem) => {
  const feed = await follow('10', 5000);
  await feed.send('ADDED', image('before', '11'));
  await act(feed);
  await feed.closed;
  expect(await list.catchUp(signal)).toEqual({ problem: expect.stringMatching(problem) as string });
});

test('the list must be read again if watches are refused', async () => {
  server.watchable = () => false;
  list = new FollowedList(server.api, IMAGES, '10');
  list.start();
  server.version = 11;
  expect(await list.catchUp(signal)).toEqual({ problem: expect.stringContaining('refuses') as string });
});

test('the list must be read again if further watches show nothing', async () => {
  await follow();
  server.version = 11;
  onLook((look) => look.end());
  expect(await list.catchUp(signal)).toEqual({ problem: 'its watches show nothing' });
});

test.each([
  ['of the list', '', 11],
  ['of the server', '10', NaN],
])('the list must be read again if the version %s is not a number', async (_what, version, current) => {
  list = new FollowedList(server.api, IMAGES, version);
  server.version = current;
  expect(await list.catchUp(signal)).toEqual({ problem: expect.stringContaining('no versions') as string });
});

test('the list must be read again if the server states an older version than before', async () => {
  const feed = await follow();
  await feed.send('ADDED', image('a', '12'));
  server.version = 11;
  expect(await list.catchUp(signal)).toEqual({ problem: expect.stringContaining('older version') as string });
});

test('a list that is read again must not be older than what was shown before it was requested', async () => {
  const feed = await follow();
  await feed.send('ADDED', image('a', '12'));
  await expect(list.readAgain(async () => '11')).rejects.toMatchObject({ code: 'LIST_INCONSISTENT' });
  const readWhileTheWatchGoesOn = async (): Promise<string> => {
    await feed.send('ADDED', image('b', '14'));
    return '13';
  };
  await expect(list.readAgain(readWhileTheWatchGoesOn)).resolves.toBeUndefined();
  await expect(list.readAgain(async () => 'not a number')).resolves.toBeUndefined();
});

test('waiting ends with the reason of the signal', async () => {
  await follow();
  server.version = 11;
  const stop = new AbortController();
  onLook(async (look) => {
    await look.opened;
    stop.abort(new Error('interrupted'));
  });
  await expect(list.catchUp(stop.signal)).rejects.toThrow('interrupted');
});
