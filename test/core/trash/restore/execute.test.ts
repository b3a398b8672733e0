import { startBatch } from '../../../../src/core/trash-store/batches.js';
import { moveToTrash } from '../../../../src/core/trash-store/move.js';
import { executeRestore } from '../../../../src/core/trash/restore/execute.js';
import { TrashScene, layerLink } from '../../../support/trash-scene.js';

type Restored = Awaited<ReturnType<typeof executeRestore>>;

let scene: TrashScene;
let trashed: string;
let marked: string;
let linked: string;

/** Makes a trash with one blob, a marked blob, and a blob that lost a link. */
beforeEach(async () => {
  scene = new TrashScene();
  [trashed, marked, linked] = ['trashed', 'marked', 'linked'].map((content) => scene.storage.push(content)) as [
    string,
    string,
    string,
  ];
  await scene.session(async (session) => {
    await moveToTrash(session, scene.ports, [scene.entry(trashed, [layerLink('ns/app', trashed)])]);
    const batch = startBatch(session.file);
    session.file.marks.set(marked, { bytes: 6, batch, links: [layerLink('ns/app', marked)] });
    await session.save();
  });
});

/** Restores everything. @param change lets something fail */
const restore = (change: (before: string) => void): Promise<Restored> =>
  scene.session(async (session) => {
    const { marks } = session.file;
    const links = [layerLink('ns/app', linked)];
    const work = {
      plan: { entries: session.entries, marked: [marked], links, images: [] },
      removed: { entries: new Map(), marks: new Map(marks), links: new Map() },
      marked: [{ hex: marked, bytes: 6, repositories: ['ns/app'] }],
    };
    scene.storage.onChange = change;
    const restored = await executeRestore(session, scene.ports, work);
    scene.storage.onChange = () => {};
    return restored;
  });

const fail = (message: string): never => {
  throw new Error(message);
};
const linksNow = (): string[] => [...scene.storage.links.values()].map(({ path }) => path.slice('sha256:'.length));

test('links that were written are reported, although the marks cannot be saved', async () => {
  const restored = await restore((change) => void (change === 'write marks.json.gz' && fail('the disk is full')));
  expect(restored).toMatchObject({
    links: 1,
    rows: [{ status: 'skipped', reason: 'the disk is full' }],
    unmarked: [{ status: 'failed', message: 'its links were restored, but it can still be marked: the disk is full' }],
    failures: [{ target: 'saving the marks', message: 'the disk is full' }],
    isComplete: false,
  });
  expect(linksNow()).toEqual([marked]);
  expect([...(await scene.read()).file.marks.keys()]).toEqual([marked]);
});

test('links that were written are reported, although no blob may be moved back', async () => {
  const interrupted = restore((change) => void (change === 'write marks.json.gz' && scene.interrupt()));
  expect(await interrupted).toMatchObject({
    links: 1,
    rows: [{ status: 'skipped', reason: 'interrupted' }],
    unmarked: [{ status: 'unmarked' }],
    failures: [],
    isComplete: false,
  });
});

test('what was moved back is reported, although links cannot be restored then', async () => {
  const { findBlobs } = scene.ports.storage;
  scene.ports.storage.findBlobs = (digests) =>
    digests.includes(layerLink('ns/app', linked).digest)
      ? Promise.reject(new Error('no response'))
      : findBlobs(digests);
  expect(await restore(() => {})).toMatchObject({
    links: 2,
    rows: [{ status: 'restored' }],
    unmarked: [{ status: 'unmarked' }],
    failures: [{ target: 'restoring links', message: 'no response' }],
    isComplete: false,
  });
  expect(linksNow()).toEqual([marked, trashed]);
});
