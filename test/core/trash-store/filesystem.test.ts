import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { openFilesystemStorage } from '../../../src/core/storage/filesystem/index.js';
import { moveToTrash } from '../../../src/core/trash-store/move.js';
import { choosePurgeable, purge } from '../../../src/core/trash-store/purge.js';
import { recheck } from '../../../src/core/trash-store/recheck.js';
import { lookAtUses } from '../../../src/core/trash-store/look.js';
import { withTrashSession } from '../../../src/core/trash-store/session.js';
import { TrashScene, layerLink } from '../../support/trash-scene.js';

const directory = mkdtempSync(join(tmpdir(), 'regadm-trash-'));
afterAll(() => rmSync(directory, { recursive: true }));

function push(content: string): { hex: string; path: string } {
  const hex = createHash('sha256').update(content).digest('hex');
  const place = join(directory, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'data'), content);
  return { hex, path: join(place, 'data') };
}

test('on a directory, what is needed moves back with its links, and the rest is deleted', async () => {
  const [used, orphan] = [push('used'), push('orphan')];
  mkdirSync(join(directory, 'docker/registry/v2/repositories'), { recursive: true });
  const storage = await openFilesystemStorage(directory);
  const scene = new TrashScene();
  const ports = { ...scene.ports, storage };
  const options = { discardMarks: false };
  const entries = [used, orphan].map(({ hex }) => ({ hex, bytes: 4, links: [layerLink('ns/app', hex)] }));
  await withTrashSession(ports, options, async (session) => {
    const { moves } = await moveToTrash(session, ports, entries);
    expect(moves.map(({ status }) => status)).toEqual(['moved', 'moved']);
    await expect(withTrashSession(ports, options, async () => {})).rejects.toMatchObject({ code: 'TRASH_IN_USE' });
  });
  expect([existsSync(used.path), existsSync(orphan.path)]).toEqual([false, false]);
  scene.use(used.hex);
  scene.processes = { ids: ['b'], usesRedis: false };
  await withTrashSession(ports, options, async (session) => {
    const found = await recheck(session, ports, await lookAtUses(ports, session, []), 0);
    expect(found.movedBack.map(({ result }) => result.status)).toEqual(['restored']);
    const { purgeable } = choosePurgeable(session, { keepMs: 0, ...found });
    expect(purgeable.map(({ hex }) => hex)).toEqual([orphan.hex]);
    await expect(purge(session, ports, purgeable)).resolves.toEqual({ deletions: [{ status: 'deleted' }] });
    expect(session.entries).toEqual([]);
  });
  const link = join(directory, 'docker/registry/v2/repositories/ns/app/_layers/sha256', used.hex, 'link');
  expect([existsSync(used.path), existsSync(link), existsSync(orphan.path)]).toEqual([true, true, false]);
  await storage.close();
});
