import { moveToTrash } from '../../../../src/core/trash-store/move.js';
import { choosePurgeable } from '../../../../src/core/trash-store/purge.js';
import { recheck } from '../../../../src/core/trash-store/recheck.js';
import { rowsOf, type PurgeRow } from '../../../../src/core/trash/purge/rows.js';
import { TrashScene } from '../../../support/trash-scene.js';

/** Moves blobs to the trash, rechecks it, and returns the rows of a purge that deletes nothing. */
async function rowsAfter(scene: TrashScene, hexes: readonly string[], prepare: () => void): Promise<PurgeRow[]> {
  await scene.session((session) =>
    moveToTrash(
      session,
      scene.ports,
      hexes.map((hex) => scene.entry(hex)),
    ),
  );
  prepare();
  return scene.session(async (session) => {
    const found = await recheck(session, scene.ports, await scene.look(session));
    const { kept } = choosePurgeable(session, { keepMs: 0, ...found });
    return rowsOf(found.movedBack, { entries: [], deletions: [] }, kept);
  });
}

test('a copy in the trash of a blob that is in its place, too, has one row', async () => {
  const scene = new TrashScene();
  const hex = scene.storage.push('blob');
  const rows = await rowsAfter(scene, [hex], () => {
    scene.storage.push('blob');
    scene.use(hex);
  });
  expect(rows.map(({ entry, status }) => [entry.hex, status])).toEqual([[hex, 'skipped']]);
  expect(rows[0]!.reason).toMatch(/recheck/);
});

test('a blob that cannot be moved back has one row, with the cause', async () => {
  const scene = new TrashScene();
  const [used, unused] = [scene.storage.push('used'), scene.storage.push('unused')];
  const rows = await rowsAfter(scene, [used, unused], () => {
    scene.use(used);
    scene.storage.blobs.set(used, Buffer.from('of another size'));
  });
  const about = rows.map(({ entry, status, message }) => [entry.hex, status, message]);
  expect(about).toEqual([
    [used, 'failed', expect.stringContaining('there is another blob in its place')],
    [unused, 'skipped', undefined],
  ]);
});
