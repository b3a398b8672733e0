import { expect, test } from '@jest/globals';
import { formatLease, LEASE_FILE } from '../../../src/core/trash-store/lease-file.js';
import { moveToTrash, type Moved } from '../../../src/core/trash-store/move.js';
import type { Sweep } from '../../../src/core/trash-store/model.js';
import type { TrashSession } from '../../../src/core/trash-store/session.js';
import { TrashScene, layerLink } from '../../support/trash-scene.js';

/** Marks blobs, so that a test sees which marks are left. */
function mark(session: TrashSession, ...hexes: string[]): void {
  session.file.batches.set('b', { completeAt: 1 });
  for (const hex of hexes) session.file.marks.set(hex, { bytes: 1, batch: 'b', links: [] });
}

const move = (scene: TrashScene, session: TrashSession, ...hexes: string[]): Promise<Moved> =>
  moveToTrash(
    session,
    scene.ports,
    hexes.map((hex) => scene.entry(hex, [layerLink('ns/app', hex)])),
  );

const sweepsOf = async (scene: TrashScene): Promise<Sweep[]> => [...(await scene.read()).file.sweeps.values()];

test('moves are in the journal before they happen', async () => {
  const scene = new TrashScene();
  const orphan = scene.storage.push('orphan');
  const changes: string[] = [];
  await scene.session(async (session) => {
    scene.storage.onChange = (change) => void changes.push(change.replace(/\d{8}T\d{9}Z-[0-9a-f]{8}/, 'TIME-SWEEP'));
    await move(scene, session, orphan);
  });
  expect(changes).toEqual([
    'write trash/2026-11-26/journal/TIME-SWEEP-0001.json.gz',
    `move ${orphan}`,
    'write marks.json.gz',
    'write lease.json',
  ]);
});

test('nothing has begun while the journal cannot be written', async () => {
  const scene = new TrashScene();
  const orphan = scene.storage.push('orphan');
  let hasBegun = false;
  await scene.session(async (session) => {
    scene.storage.onChange = (change) => {
      if (change.includes('/journal/')) throw new Error('the disk is full');
    };
    const moving = moveToTrash(session, scene.ports, [scene.entry(orphan, [])], () => void (hasBegun = true));
    await expect(moving).rejects.toThrow('the disk is full');
    scene.storage.onChange = () => {};
  });
  expect([hasBegun, scene.storage.blobs.has(orphan)]).toEqual([false, true]);
});

test('a sweep records the processes after its last move', async () => {
  const scene = new TrashScene();
  const hexes = Array.from({ length: 1001 }, (_, index) => scene.storage.push(`blob ${index}`));
  await scene.session(async (session) => {
    scene.storage.onChange = (change) => {
      if (change === `move ${hexes[1000]}`) scene.processes = { ids: ['a', 'late'], usesRedis: true };
    };
    const { moves } = await move(scene, session, ...hexes);
    expect(moves.every(({ status }) => status === 'moved')).toBe(true);
  });
  const [sweep, ...others] = await sweepsOf(scene);
  expect([sweep?.processes, sweep?.isCacheEmpty, sweep?.blobs.size, others]).toEqual([['a', 'late'], false, 1001, []]);
  expect(scene.storage.trashed.size).toBe(1001);
  expect([...scene.storage.files.keys()].filter((path) => path.includes('/journal/'))).toHaveLength(2);
});

test('blobs that were moved, or do not exist, lose their marks; others keep them', async () => {
  const scene = new TrashScene();
  const [orphan, stuck, gone] = [scene.storage.push('orphan'), scene.storage.push('stuck'), 'd'.repeat(64)];
  await scene.session(async (session) => {
    mark(session, orphan, stuck, gone);
    const moveBlobs = scene.storage.moveBlobs.bind(scene.storage);
    scene.storage.moveBlobs = async (hexes, ...others) => {
      const moves = await moveBlobs(
        hexes.filter((hex) => hex !== stuck),
        ...others,
      );
      moves.splice(hexes.indexOf(stuck), 0, { status: 'failed', message: 'no space' });
      return moves;
    };
    const { moves, stopped } = await move(scene, session, orphan, stuck, gone);
    expect(moves.map(({ status }) => status)).toEqual(['moved', 'failed', 'gone']);
    expect(stopped).toBeUndefined();
  });
  expect([...(await scene.read()).file.marks.keys()]).toEqual([stuck]);
});

test('an interrupted run stops, and saves what it has done', async () => {
  const scene = new TrashScene();
  const [first, second] = [scene.storage.push('first'), scene.storage.push('second')];
  await scene.session(async (session) => {
    mark(session, first, second);
    scene.storage.onChange = (change) => {
      if (change === `move ${first}`) scene.interrupt();
    };
    const { moves, stopped } = await move(scene, session, first, second);
    expect(moves.map(({ status }) => status)).toEqual(['moved', 'skipped']);
    expect(String(stopped)).toContain('interrupted');
  });
  expect(scene.storage.trashed.size).toBe(1);
  expect(scene.storage.files.get(LEASE_FILE)?.content).toEqual(formatLease());
});

test('a run that loses its lease moves nothing more, and writes no mark file', async () => {
  const scene = new TrashScene();
  const [first, second] = [scene.storage.push('first'), scene.storage.push('second')];
  await scene.session(async (session) => {
    const assertHeld = session.assertHeld;
    let isLost = false;
    session.assertHeld = () => (isLost ? Promise.reject(new Error('the lease is lost')) : assertHeld());
    scene.storage.onChange = (change) => void (isLost ||= change === `move ${first}`);
    const { moves, stopped } = await move(scene, session, first, second);
    expect(moves.map(({ status }) => status)).toEqual(['moved', 'skipped']);
    expect(String(stopped)).toContain('the lease is lost');
  });
  expect(scene.storage.blobs.has(second)).toBe(true);
});

test('nothing moves if the journal cannot be written', async () => {
  const scene = new TrashScene();
  const orphan = scene.storage.push('orphan');
  await scene.session(async (session) => {
    scene.storage.onChange = (change) => {
      if (change.includes('/journal/')) throw new Error('no space');
    };
    await expect(move(scene, session, orphan)).rejects.toThrow('no space');
  });
  expect([...scene.storage.blobs.keys()]).toEqual([orphan]);
});

test('an error after moves of the first batch hides neither these nor what was not reached', async () => {
  const scene = new TrashScene();
  const hexes = Array.from({ length: 1001 }, (_, index) => scene.storage.push(`blob ${index}`));
  const failed = new Error('the connection is lost');
  await scene.session(async (session) => {
    scene.storage.onChange = (change) => {
      if (change === `move ${hexes[1]}`) throw failed;
    };
    const { moves, stopped } = await move(scene, session, ...hexes);
    expect(stopped).toBe(failed);
    const message = 'it is not known whether it was changed: the connection is lost';
    expect(moves).toEqual([
      ...hexes.slice(0, 1000).map(() => ({ status: 'failed', message })),
      { status: 'skipped', reason: 'the connection is lost' },
    ]);
  });
  expect(scene.storage.trashed.size).toBe(1);
});

test('a sweep whose processes cannot be read is recorded by the next run', async () => {
  const scene = new TrashScene();
  const orphan = scene.storage.push('orphan');
  await scene.session(async (session) => {
    scene.ports.processes = () => Promise.reject(new Error('forbidden'));
    const { moves, stopped } = await move(scene, session, orphan);
    expect([moves[0]?.status, String(stopped)]).toEqual(['moved', 'Error: forbidden']);
  });
  await expect(sweepsOf(scene)).resolves.toEqual([]);
  scene.ports.processes = () => Promise.resolve({ ids: ['z'], usesRedis: false });
  await scene.session(async () => {});
  expect((await sweepsOf(scene)).map(({ processes }) => processes)).toEqual([['z']]);
});

test('a blob that is moved again on the same day leaves its conclusive sweep first', async () => {
  const scene = new TrashScene();
  const orphan = scene.storage.push('orphan');
  await scene.session(async (session) => {
    await move(scene, session, orphan);
    for (const sweep of session.file.sweeps.values()) sweep.conclusiveAt = 1;
    await session.save();
  });
  scene.storage.push('orphan');
  const killed = new Error('killed');
  await scene.session(async (session) => {
    const moveBlobs = scene.storage.moveBlobs.bind(scene.storage);
    scene.storage.moveBlobs = async (...moved) => {
      const moves = await moveBlobs(...moved);
      scene.storage.onChange = () => {
        throw killed;
      };
      return moves;
    };
    expect((await move(scene, session, orphan)).stopped).toBe(killed);
    scene.storage.onChange = () => {};
  });
  expect(scene.storage.trashList()).toEqual([`2026-11-26/${orphan}`]);
  await scene.session(async ({ file }) => {
    expect([...file.sweeps.values()].map(({ conclusiveAt }) => conclusiveAt)).toEqual([undefined]);
  });
});

test('a blob is in the trash of the day of the clock of the storage', async () => {
  const scene = new TrashScene();
  scene.storage.time = Date.parse('2031-01-02T00:00:00Z');
  await scene.session((session) => move(scene, session, scene.storage.push('orphan')));
  expect(scene.storage.trashList()).toEqual([expect.stringMatching(/^2031-01-02\//)]);
});
