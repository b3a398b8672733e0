import { expect, test } from '@jest/globals';
import { moveToTrash } from '../../../src/core/trash-store/move.js';
import { choosePurgeable, purge } from '../../../src/core/trash-store/purge.js';
import { recheck, type Recheck } from '../../../src/core/trash-store/recheck.js';
import { HOUR, MINUTE, TrashScene, layerLink } from '../../support/trash-scene.js';

/** Moves blobs to the trash in a run of its own. */
const sweep = (scene: TrashScene, ...hexes: string[]): Promise<unknown> =>
  scene.session((session) =>
    moveToTrash(
      session,
      scene.ports,
      hexes.map((hex) => scene.entry(hex, [layerLink('ns/app', hex)])),
    ),
  );

/** Rechecks the trash in a run of its own. */
const recheckOnce = (scene: TrashScene): Promise<Recheck> =>
  scene.session(async (session) => recheck(session, scene.ports, await scene.look(session)));

/** Deletes what can be deleted, directly after a recheck. @returns why the rest is kept */
const purgeOnce = (scene: TrashScene, keepMs = 0): Promise<string[]> =>
  scene.session(async (session) => {
    const found = await recheck(session, scene.ports, await scene.look(session));
    const { purgeable, kept } = choosePurgeable(session, { keepMs, ...found });
    await purge(session, scene.ports, purgeable);
    return kept.map(({ because }) => because);
  });

const restart = (scene: TrashScene, ...ids: string[]): void => void (scene.processes = { ids, usesRedis: false });

test('an unused blob leaves the storage after a restart, a minute, and a recheck', async () => {
  const scene = new TrashScene();
  const orphan = scene.storage.push('orphan');
  await sweep(scene, orphan);
  expect(scene.storage.trashList()).toEqual([`2026-11-26/${orphan}`]);
  await expect(purgeOnce(scene)).resolves.toEqual(['a recheck after the next restart of the registry must confirm it']);
  restart(scene, 'b');
  await expect(purgeOnce(scene)).resolves.toEqual([
    'a recheck a minute after the restart of the registry must confirm it',
  ]);
  scene.wait(2 * MINUTE);
  await expect(purgeOnce(scene)).resolves.toEqual([]);
  expect(scene.storage.trashed.size).toBe(0);
  expect([...scene.storage.files.keys()].filter((path) => path.includes('journal'))).toEqual([]);
});

test('a recheck moves back what is in use, or linked, with its links', async () => {
  const scene = new TrashScene();
  const [used, linked, orphan] = ['used', 'linked', 'orphan'].map((content) => scene.storage.push(content));
  await sweep(scene, used!, linked!, orphan!);
  scene.use(used!);
  scene.storage.link(linked!, { repository: 'ns/other', kind: 'layer' });
  const { movedBack } = await recheckOnce(scene);
  expect(movedBack.map(({ entry, reason, result }) => [entry.hex, reason, result.status])).toEqual([
    [used, `used by image sha256:${'f'.repeat(64)}`, 'restored'],
    [linked, 'linked by repository ns/other', 'restored'],
  ]);
  expect([...scene.storage.blobs.keys()]).toEqual([used, linked]);
  expect(scene.storage.trashList()).toEqual([`2026-11-26/${orphan}`]);
  expect([...scene.storage.links.keys()].sort()).toEqual(
    [`ns/app layer sha256:${used}`, `ns/app layer sha256:${linked}`, `ns/other layer sha256:${linked}`].sort(),
  );
});

test('trash that is younger than the limit is kept', async () => {
  const scene = new TrashScene();
  await sweep(scene, scene.storage.push('orphan'));
  restart(scene, 'b');
  await recheckOnce(scene);
  scene.wait(HOUR);
  await expect(purgeOnce(scene, 2 * HOUR)).resolves.toEqual(['it has not been in the trash for long enough']);
  scene.wait(HOUR);
  await expect(purgeOnce(scene, 2 * HOUR)).resolves.toEqual([]);
});
