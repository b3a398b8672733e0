import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openStorage } from '../../../../../src/core/storage/open.js';
import type { LinkFile } from '../../../../../src/core/storage/trash.js';
import { digest } from '../../../../support/builders.js';
import { asDigest } from '../../../../support/names.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../../../../support/storage-tree.js';

const LAYER = asDigest(digest('layer'));
const LINK: LinkFile = { repository: 'ns/app', kind: 'layer', path: LAYER, digest: LAYER };
const TEMPORARY = (number: number): string => `.regadm-0000000${number}-1111-4222-8333-444444444444.tmp`;
const mayContinue = async (): Promise<void> => {};

/** A storage with a link. */
async function aScene() {
  const directory = temporaryDirectory();
  makeStorageTree(directory, { blobs: {}, repositories: { 'ns/app': { manifests: [], layers: [LAYER] } } });
  const beside = path.join(directory, 'docker/registry/v2/repositories/ns/app/_layers/sha256', LAYER.slice(7));
  mkdirSync(path.join(directory, 'regadm/tmp'), { recursive: true });
  return { directory, beside, trash: (await openStorage(directory)).trash() };
}

/** Gives a file or a directory an age. */
function age(file: string, hours: number): string {
  const then = new Date(Date.now() - hours * 3_600_000);
  utimesSync(file, then, then);
  return file;
}
const write = (file: string): string => {
  writeFileSync(file, 'x');
  return file;
};

test('the next run deletes what a killed one has left, and nothing of others or of one that can be under way', async () => {
  const { directory, beside, trash } = await aScene();
  const places = [path.join(directory, 'regadm'), path.join(directory, 'regadm/tmp'), beside];
  const old: string[] = [];
  const kept: string[] = [];
  for (const place of places) {
    old.push(age(write(path.join(place, TEMPORARY(1))), 25));
    mkdirSync(path.join(place, TEMPORARY(2)));
    old.push(age(path.join(place, TEMPORARY(2)), 25));
    kept.push(age(write(path.join(place, TEMPORARY(3))), 23));
    kept.push(age(write(path.join(place, '.regadm-notes.tmp')), 48));
    kept.push(age(write(path.join(place, 'notes.tmp')), 48));
    mkdirSync(path.join(place, TEMPORARY(4)));
    kept.push(write(path.join(place, TEMPORARY(4), 'content')));
    age(path.join(place, TEMPORARY(4)), 48);
    symlinkSync(beside, path.join(place, TEMPORARY(5)));
    kept.push(path.join(place, TEMPORARY(5), 'link'));
  }
  await trash.now();
  expect(await trash.restoreLinks([LINK], { mayContinue })).toEqual([{ status: 'exists' }]);
  expect(old.filter((file) => existsSync(file))).toEqual([]);
  expect(kept.filter((file) => !existsSync(file))).toEqual([]);
});

test('links and their directories get their names in the directory of regadm', async () => {
  const { directory, trash } = await aScene();
  const link: LinkFile = { ...LINK, repository: 'ns/new' };
  expect(await trash.restoreLinks([link], { mayContinue })).toEqual([{ status: 'written' }]);
  expect(filesBelow(directory).filter((file) => file.includes('.tmp'))).toEqual([]);
  expect(filesBelow(directory)).toContain(
    `docker/registry/v2/repositories/ns/new/_layers/sha256/${LAYER.slice(7)}/link`,
  );
});
