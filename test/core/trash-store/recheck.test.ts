import { describe, expect, test } from '@jest/globals';
import { sha256Digest } from '../../../src/core/model/digest.js';
import type { LinkFile } from '../../../src/core/storage/trash.js';
import { startBatch } from '../../../src/core/trash-store/batches.js';
import { keyOf } from '../../../src/core/trash-store/model.js';
import { moveToTrash } from '../../../src/core/trash-store/move.js';
import { choosePurgeable, purge } from '../../../src/core/trash-store/purge.js';
import { readRemovedLinks, recordRemovedLinks } from '../../../src/core/trash-store/removed-links.js';
import { previewRecheck, recheck, type Recheck } from '../../../src/core/trash-store/recheck.js';
import { HOUR, MINUTE, TrashScene, anImage, layerLink } from '../../support/trash-scene.js';

const sweep = (scene: TrashScene, ...hexes: string[]): Promise<unknown> =>
  scene.session((session) =>
    moveToTrash(
      session,
      scene.ports,
      hexes.map((hex) => scene.entry(hex)),
    ),
  );

const recheckOnce = (scene: TrashScene): Promise<Recheck> =>
  scene.session(async (session) => recheck(session, scene.ports, await scene.look(session)));

const statuses = ({ movedBack }: Recheck): string[] => movedBack.map(({ result }) => result.status);

/** Restarts the registry, and waits until a recheck can be conclusive. */
async function restart(scene: TrashScene, id = 'b'): Promise<void> {
  scene.processes = { ids: [id], usesRedis: false };
  await scene.session(async () => {});
  scene.wait(2 * MINUTE);
}

/** Rechecks and deletes what can be deleted. @returns what is left in the trash */
async function purgeAll(scene: TrashScene): Promise<string[]> {
  await scene.session(async (session) => {
    const found = await recheck(session, scene.ports, await scene.look(session));
    const { purgeable } = choosePurgeable(session, { keepMs: 0, ...found });
    await purge(session, scene.ports, purgeable);
  });
  return scene.storage.trashList();
}

describe('a blob of which the trash has two days', () => {
  const twice = async (): Promise<{ scene: TrashScene; hex: string }> => {
    const scene = new TrashScene();
    const hex = scene.storage.push('blob');
    await sweep(scene, hex);
    scene.wait(24 * HOUR);
    scene.storage.push('blob');
    await sweep(scene, hex);
    return { scene, hex };
  };

  test('moves back from the newest; the older copy can be deleted then', async () => {
    const { scene, hex } = await twice();
    scene.use(hex);
    expect(statuses(await recheckOnce(scene))).toEqual(['restored']);
    expect(scene.storage.trashList()).toEqual([`2026-11-26/${hex}`]);
    await restart(scene);
    await expect(purgeAll(scene)).resolves.toEqual([]);
    expect(scene.storage.blobs.has(hex)).toBe(true);
  });

  test('moves back from the older if the newest is gone meanwhile', async () => {
    const { scene, hex } = await twice();
    scene.use(hex);
    await scene.session(async (session) => {
      const look = await scene.look(session);
      scene.storage.trashed.delete(`2026-11-27/${hex}`);
      expect(statuses(await recheck(session, scene.ports, look))).toEqual(['restored']);
    });
    expect([...scene.storage.blobs.keys()]).toEqual([hex]);
  });
});

test('links that cannot be restored with their blob are recorded, so that a later run restores them', async () => {
  const scene = new TrashScene();
  const hex = scene.storage.push('blob');
  await scene.session((session) => moveToTrash(session, scene.ports, [scene.entry(hex, [layerLink('ns/app', hex)])]));
  scene.use(hex);
  scene.storage.refusesLink = () => true;
  expect(statuses(await recheckOnce(scene))).toEqual(['restored']);
  const { links } = await readRemovedLinks(scene.storage);
  expect(links).toEqual(new Map([[hex, [layerLink('ns/app', hex)]]]));
});

describe('a blob that is in its place, too', () => {
  const pushedAgain = async (content = 'blob'): Promise<{ scene: TrashScene; hex: string }> => {
    const scene = new TrashScene();
    const hex = scene.storage.push('blob');
    await sweep(scene, hex);
    scene.storage.blobs.set(hex, Buffer.from(content));
    return { scene, hex };
  };

  test('is not replaced, and the copy can be deleted after a conclusive recheck', async () => {
    const { scene, hex } = await pushedAgain();
    scene.use(hex);
    expect(statuses(await recheckOnce(scene))).toEqual(['exists']);
    await restart(scene);
    await expect(purgeAll(scene)).resolves.toEqual([]);
    expect(scene.storage.blobs.has(hex)).toBe(true);
  });

  test('gets its links back', async () => {
    const scene = new TrashScene();
    const hex = scene.storage.push('blob');
    const entry = scene.entry(hex, [layerLink('ns/app', hex)]);
    await scene.session((session) => moveToTrash(session, scene.ports, [entry]));
    scene.storage.push('blob');
    scene.use(hex);
    await recheckOnce(scene);
    expect([...scene.storage.links.keys()]).toEqual([`ns/app layer sha256:${hex}`]);
  });

  test('keeps the copy, which has the record of its links, until they are restored', async () => {
    const scene = new TrashScene();
    const hex = scene.storage.push('blob');
    await scene.session((session) => moveToTrash(session, scene.ports, [scene.entry(hex, [layerLink('ns/app', hex)])]));
    scene.storage.push('blob');
    scene.use(hex);
    await restart(scene);
    scene.storage.refusesLink = () => true;
    await expect(purgeAll(scene)).resolves.toHaveLength(1);
    scene.storage.refusesLink = () => false;
    await expect(purgeAll(scene)).resolves.toEqual([]);
    expect([...scene.storage.links.keys()]).toEqual([`ns/app layer sha256:${hex}`]);
  });

  test('with another size keeps the copy in the trash', async () => {
    const { scene, hex } = await pushedAgain('torn');
    scene.storage.blobs.set(hex, Buffer.from('to'));
    scene.use(hex);
    const { movedBack } = await recheckOnce(scene);
    expect(movedBack[0]?.result).toEqual({
      status: 'failed',
      message: 'there is another blob in its place, with 2 bytes instead of 4; the one in the trash is kept',
    });
    await restart(scene);
    await expect(purgeAll(scene)).resolves.toEqual([`2026-11-26/${hex}`]);
  });

  test('as the copy of a killed run, can be deleted after an hour if it is in use', async () => {
    const scene = new TrashScene();
    const hex = scene.storage.push('blob');
    scene.storage.trashed.set(`2026-11-25/${hex}`, Buffer.from('blob'));
    scene.use(hex);
    scene.wait(-11 * HOUR - MINUTE);
    await expect(purgeAll(scene)).resolves.toEqual([`2026-11-25/${hex}`]);
    scene.wait(2 * MINUTE);
    await expect(purgeAll(scene)).resolves.toEqual([]);
    expect(scene.storage.blobs.has(hex)).toBe(true);
  });
});

test('an error after moves back of the first batch hides neither these nor the links', async () => {
  const scene = new TrashScene();
  const [one, other] = [scene.storage.push('one'), scene.storage.push('other')];
  const entries = [one, other].map((hex) => scene.entry(hex, [layerLink('ns/app', hex)]));
  await scene.session((session) => moveToTrash(session, scene.ports, entries));
  scene.use(one);
  scene.use(other, 'e'.repeat(64));
  scene.storage.push('other');
  const findBlobs = scene.ports.storage.findBlobs;
  scene.ports.storage.findBlobs = (digests) =>
    scene.storage.blobs.has(one) && digests.length > 0 ? Promise.reject(new Error('no response')) : findBlobs(digests);
  const { movedBack, needed } = await recheckOnce(scene);
  const message = 'a blob is in its place, and cannot be compared with the one in the trash: no response';
  expect(movedBack.map(({ result }) => result)).toEqual([
    { status: 'restored', bytes: 3 },
    { status: 'failed', message },
  ]);
  expect(movedBack.flatMap(({ links }) => links.map(({ status }) => status))).toEqual(['written', 'written']);
  expect([...needed]).toEqual([keyOf({ date: '2026-11-26', hex: other })]);

  scene.storage.moveBlobsBack = () => Promise.reject(new Error('no response'));
  expect((await recheckOnce(scene)).movedBack.map(({ result }) => result)).toEqual([
    { status: 'failed', message: 'no response' },
  ]);
});

test('a blob that is needed and cannot be moved back is never deleted', async () => {
  const scene = new TrashScene();
  const hex = scene.storage.push('blob');
  await sweep(scene, hex);
  await restart(scene);
  scene.use(hex);
  scene.storage.onChange = (change) => {
    if (change.startsWith('move back')) throw new Error('no space');
  };
  await expect(purgeAll(scene)).resolves.toEqual([`2026-11-26/${hex}`]);
  scene.storage.onChange = () => {};
  scene.storage.moveBlobsBack = async (blobs) => blobs.map(() => ({ status: 'failed', message: 'no space' }));
  await expect(purgeAll(scene)).resolves.toEqual([`2026-11-26/${hex}`]);
});

test('images that cannot be read stop a recheck', async () => {
  const scene = new TrashScene();
  const hex = scene.storage.push('blob');
  await sweep(scene, hex);
  await restart(scene);
  scene.onList = () => {
    throw new Error('forbidden');
  };
  await expect(purgeAll(scene)).rejects.toThrow('forbidden');
  expect(scene.storage.trashList()).toEqual([`2026-11-26/${hex}`]);
});

test('an image that appears after the walk of links is seen', async () => {
  const scene = new TrashScene();
  const hex = scene.storage.push('blob');
  await sweep(scene, hex);
  await restart(scene);
  const walk = scene.storage.walkLinks.bind(scene.storage);
  scene.storage.walkLinks = async (visitor) => {
    await walk(visitor);
    scene.use(hex);
  };
  await expect(purgeAll(scene)).resolves.toEqual([]);
  expect([...scene.storage.blobs.keys()]).toEqual([hex]);
});

test('a trash that was emptied by hand meanwhile is not an error', async () => {
  const scene = new TrashScene();
  const [used, orphan] = [scene.storage.push('used'), scene.storage.push('orphan')];
  await sweep(scene, used, orphan);
  await restart(scene);
  scene.use(used);
  await scene.session(async (session) => {
    const look = await scene.look(session);
    scene.storage.trashed.clear();
    const found = await recheck(session, scene.ports, look);
    expect(statuses(found)).toEqual(['gone']);
    const { purgeable } = choosePurgeable(session, { keepMs: 0, ...found });
    await expect(purge(session, scene.ports, purgeable)).resolves.toEqual({ deletions: [{ status: 'gone' }] });
  });
  expect((await scene.read()).file.sweeps.size).toBe(0);
});

test('an image that names another algorithm uses the blob to which its link leads', async () => {
  const scene = new TrashScene();
  const hex = scene.storage.push('blob');
  await sweep(scene, hex);
  const other = `sha512:${'5'.repeat(128)}`;
  scene.storage.link(hex, { repository: 'ns/app', kind: 'layer', path: other });
  const unused = await scene.look(await scene.read(), hex);
  expect([unused.isInUse(hex), unused.reason(hex)]).toEqual([false, 'linked by repository ns/app']);
  scene.images.push(anImage('e'.repeat(64), other));
  const look = await scene.look(await scene.read(), hex);
  expect([look.isInUse(hex), look.reason(hex)]).toEqual([true, `used by image sha256:${'e'.repeat(64)}`]);
});

describe('an image that names another algorithm uses the blob to which a removed link led', () => {
  const other = `sha512:${'5'.repeat(128)}`;
  const aBlob = (scene: TrashScene): { hex: string; links: LinkFile[] } => {
    const hex = scene.storage.push('blob');
    return { hex, links: [{ repository: 'ns/app', kind: 'manifest', path: other, digest: sha256Digest(hex) }] };
  };

  test('if it was marked', async () => {
    const scene = new TrashScene();
    const { hex, links } = aBlob(scene);
    await scene.session(async (session) => {
      session.file.marks.set(hex, { bytes: 4, batch: startBatch(session.file), links });
      await session.save();
    });
    scene.images.push(anImage('e'.repeat(64), other));
    expect((await scene.look(await scene.read(), hex)).reason(hex)).toBe(`used by image sha256:${'e'.repeat(64)}`);
  });

  test('if it was moved, and the link was removed while it was in its place', async () => {
    const scene = new TrashScene();
    const { hex, links } = aBlob(scene);
    await scene.session((session) => recordRemovedLinks(session, scene.ports, [{ ...scene.entry(hex), links }]));
    await sweep(scene, hex);
    scene.images.push(anImage('e'.repeat(64), other));
    await restart(scene);
    await expect(purgeAll(scene)).resolves.toEqual([]);
    expect(scene.storage.blobs.has(hex)).toBe(true);
  });

  test.each([
    ['layer', anImage('e'.repeat(64), other)],
    ['manifest', { metadata: { name: other } }],
  ])('if it was moved, as its %s: it goes back with the link', async (_, image) => {
    const scene = new TrashScene();
    const { hex, links } = aBlob(scene);
    await scene.session((session) => moveToTrash(session, scene.ports, [scene.entry(hex, links)]));
    scene.images.push(image);
    expect(statuses(await recheckOnce(scene))).toEqual(['restored']);
    expect((await scene.look(await scene.read(), hex)).linksTo(hex)).toEqual(links);
  });
});

test('a link counts for the digest that it contains', async () => {
  const scene = new TrashScene();
  const [one, other] = [scene.storage.push('one'), scene.storage.push('other')];
  scene.storage.link(one, { repository: 'ns/app', kind: 'layer', path: `sha256:${other}` });
  scene.use(other);
  const look = await scene.look(await scene.read(), one, other);
  expect([look.isLinked(one), look.isInUse(one), look.isLinked(other)]).toEqual([true, true, false]);
});

test('a manifest in the trash states what its image uses', async () => {
  const scene = new TrashScene();
  const layer = scene.storage.push('layer');
  const config = scene.storage.push('config');
  const manifest = scene.storage.push(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { digest: `sha256:${config}`, size: 6 },
      layers: [{ digest: `sha256:${layer}`, size: 5 }],
    }),
  );
  await sweep(scene, layer, config, manifest);
  // An image without readable metadata: only its manifest names its blobs.
  scene.images.push({ metadata: { name: `sha256:${manifest}` } });
  await recheckOnce(scene);
  expect([...scene.storage.blobs.keys()].sort()).toEqual([layer, config, manifest].sort());
});

describe('an index that names its child by another algorithm uses the layers of this child', () => {
  const other = `sha512:${'5'.repeat(128)}`;
  const INDEX = JSON.stringify({ schemaVersion: 2, manifests: [{ digest: other }] });

  test.each([
    ['the link to the child is in its place', true],
    ['the link to the child was removed', false],
  ])('%s', async (_, isLinked) => {
    const scene = new TrashScene();
    const layer = scene.storage.push('layer');
    const child = scene.storage.push(JSON.stringify({ schemaVersion: 2, layers: [{ digest: `sha256:${layer}` }] }));
    const index = scene.storage.push(INDEX);
    const link: LinkFile = { repository: 'ns/app', kind: 'manifest', path: other, digest: sha256Digest(child) };
    await scene.session((session) =>
      moveToTrash(session, scene.ports, [scene.entry(layer), scene.entry(child, isLinked ? [] : [link])]),
    );
    if (isLinked) scene.storage.link(child, link);
    scene.images.push({ metadata: { name: `sha256:${index}` } });
    scene.streams.push({
      metadata: { namespace: 'ns', name: 'app' },
      status: { tags: [{ tag: 'v1', items: [{ image: `sha256:${index}` }] }] },
    });
    expect(statuses(await recheckOnce(scene))).toEqual(['restored', 'restored']);
    expect([...scene.storage.blobs.keys()].sort()).toEqual([layer, child, index].sort());
  });
});

test('a look answers only for what it has looked at', async () => {
  const scene = new TrashScene();
  const look = await scene.look(await scene.read(), 'a'.repeat(64));
  expect(look.isLinked('a'.repeat(64))).toBe(false);
  expect(() => look.isLinked('b'.repeat(64))).toThrow('were not looked for');
});

test('a dry run says what would move back, and changes nothing', async () => {
  const scene = new TrashScene();
  const [used, stored] = [scene.storage.push('used'), scene.storage.push('stored')];
  await sweep(scene, used, stored);
  scene.storage.push('stored');
  scene.use(used);
  scene.use(stored, 'e'.repeat(64));
  scene.storage.onChange = (change) => {
    throw new Error(`changed: ${change}`);
  };
  const state = await scene.read();
  const found = previewRecheck(state, await scene.look(state), scene.storage.blobs.keys());
  expect(found.movedBack.map(({ entry, reason }) => [entry.hex, reason])).toEqual([
    [used, `used by image sha256:${'f'.repeat(64)}`],
  ]);
  const keys = [used, stored].map((hex) => keyOf({ date: '2026-11-26', hex }));
  expect([...found.needed, ...found.duplicates]).toEqual(keys);
});

test('a request without a response makes the recheck wait', async () => {
  const scene = new TrashScene();
  await sweep(scene, scene.storage.push('blob'));
  await restart(scene);
  scene.storage.unansweredAt = performance.now();
  await expect(purgeAll(scene)).resolves.toHaveLength(1);
  scene.storage.unansweredAt -= 2 * MINUTE;
  await expect(purgeAll(scene)).resolves.toEqual([]);
});
