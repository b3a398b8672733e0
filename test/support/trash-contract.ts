import { expect, test } from '@jest/globals';
import type { Storage } from '../../src/core/storage/storage.js';
import type { LinkFile, TrashedBlob } from '../../src/core/storage/trash.js';
import { digest } from './builders.js';
import { asDigest } from './names.js';
import type { StorageDescription } from './storage-tree.js';

/** A storage that a test can look into. Paths are below the directory, or the prefix, that contains `docker/`. */
interface TrashScene {
  storage: Storage;
  /** Writes a file or an object as it is. */
  put(path: string, content: string): Promise<void>;
  /** Reads a file or an object; undefined if it does not exist. */
  read(path: string): Promise<string | undefined>;
  /** Lists all files and objects, sorted. */
  paths(): Promise<string[]>;
}

const REGISTRY = 'docker/registry/v2';
const [USED, ORPHAN, OTHER] = ['used', 'orphan', 'other'].map((name) => asDigest(digest(name)));
const hexOf = (name: string): string => name.slice(7);
const blobPath = (name: string): string => `${REGISTRY}/blobs/sha256/${hexOf(name).slice(0, 2)}/${hexOf(name)}/data`;
const linkPath = (link: LinkFile): string =>
  `${REGISTRY}/repositories/${link.repository}/${link.kind === 'layer' ? '_layers' : '_manifests/revisions'}/` +
  `${link.path.replace(':', '/')}/link`;
const [DAY, EARLIER] = ['2026-11-26', '2026-10-01'];

/** The storage that each test of the contract begins with. */
export const TRASH_STORAGE: StorageDescription = {
  blobs: { [USED!]: 5, [ORPHAN!]: 7, [OTHER!]: 9 },
  repositories: {
    'ns/app': { manifests: [ORPHAN!], layers: [USED!, ORPHAN!] },
    'ns/other/nested': { manifests: null, layers: [ORPHAN!] },
  },
};

const LINKS: LinkFile[] = [
  { repository: 'ns/app', kind: 'layer', path: ORPHAN!, digest: ORPHAN! },
  { repository: 'ns/app', kind: 'layer', path: USED!, digest: USED! },
  { repository: 'ns/app', kind: 'manifest', path: ORPHAN!, digest: ORPHAN! },
  { repository: 'ns/other/nested', kind: 'layer', path: ORPHAN!, digest: ORPHAN! },
];
const run = { mayContinue: async (): Promise<void> => undefined };
const ended = { mayContinue: (): Promise<void> => Promise.reject(new Error('the lease is lost')) };
const SKIPPED = { status: 'skipped', reason: 'the lease is lost' };

async function linksIn({ storage }: TrashScene): Promise<LinkFile[]> {
  const links: LinkFile[] = [];
  await storage.trash().walkLinks({ onLink: (link) => void links.push({ ...link }) });
  const keyOf = ({ repository, kind, path }: LinkFile): string => `${repository} ${kind} ${path}`;
  return links.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

async function trashOf({ storage }: TrashScene): Promise<(TrashedBlob & { bytes: number })[]> {
  const blobs: (TrashedBlob & { bytes: number })[] = [];
  await storage.trash().listBlobs((blob) => void blobs.push({ ...blob }));
  return blobs.sort((one, other) => (one.date + one.hex < other.date + other.hex ? -1 : 1));
}

/**
 * Tests what every driver promises of its trash (`src/core/storage/trash.ts`).
 * @param open opens a new storage with the content of `TRASH_STORAGE`
 */
export function testTrashContract(open: () => Promise<TrashScene>): void {
  testFiles(open);
  testLinks(open);
  testMoves(open);
}

function testFiles(open: () => Promise<TrashScene>): void {
  test('what does not belong in the trash is named, and is not listed', async () => {
    const scene = await open();
    const trash = scene.storage.trash();
    const isForeign = (warning: string): boolean => warning.includes('does not belong');
    const blob = `regadm/trash/${DAY}/blobs/sha256/aa/${'a'.repeat(64)}/data`;
    await scene.put(blob, 'x');
    await scene.put(`regadm/trash/${DAY}/journal/1.json.gz`, 'x');
    await scene.put('regadm/trash/.hidden', 'x');
    await trash.listBlobs(() => undefined);
    expect((await trash.warnings()).filter(isForeign)).toEqual([]);
    await scene.put(`regadm/trash/${DAY}/notes.txt`, 'x');
    await scene.put('regadm/trash/notes.txt', 'x');
    expect((await trashOf(scene)).map(({ hex }) => hex)).toEqual(['a'.repeat(64)]);
    expect((await trash.warnings()).filter(isForeign)).toEqual([
      `the trash contains what does not belong there, and ignores it: regadm/trash/${DAY}/notes.txt and 1 more`,
    ]);
  });

  test('a file of regadm is replaced only in the version that was read', async () => {
    const { storage, read, paths } = await open();
    const trash = storage.trash();
    expect(await trash.readFile('marks.json.gz')).toBeUndefined();
    const first = await trash.replaceFile('marks.json.gz', Buffer.from('1'), undefined);
    expect(first).toEqual(expect.any(String));
    expect(await trash.replaceFile('marks.json.gz', Buffer.from('x'), undefined)).toBeUndefined();
    expect(await trash.readFile('marks.json.gz')).toEqual({ content: Buffer.from('1'), version: first });
    const second = await trash.replaceFile('marks.json.gz', Buffer.from('2'), first);
    expect(await trash.replaceFile('marks.json.gz', Buffer.from('x'), first)).toBeUndefined();
    const third = await trash.replaceFile('marks.json.gz', Buffer.from('1'), second);
    expect(new Set([first, second, third, undefined]).size).toBe(4);
    for (const former of [undefined, first, second, 'unknown'])
      expect(await trash.replaceFile('marks.json.gz', Buffer.from('x'), former)).toBeUndefined();
    expect(await trash.readFile('marks.json.gz')).toEqual({ content: Buffer.from('1'), version: third });
    expect(await read('regadm/marks.json.gz')).toBe('1');
    expect((await paths()).filter((path) => path.startsWith(`${REGISTRY}/`))).toHaveLength(7);
  });

  test('of several writers of a file, one wins', async () => {
    const trash = (await open()).storage.trash();
    for (const expected of [undefined, 'current'] as const) {
      const version = expected && (await trash.readFile('lease.json'))!.version;
      // Other contents than before: S3 does not see another write of what the file contains already.
      const contents = ['a', 'b', 'c', 'd', 'e'].map((text) => Buffer.from(`${text} ${expected}`));
      const results = await Promise.all(contents.map((content) => trash.replaceFile('lease.json', content, version)));
      expect(results.filter((result) => result !== undefined)).toHaveLength(1);
      const won = results.findIndex((result) => result !== undefined);
      expect(await trash.readFile('lease.json')).toEqual({ content: contents[won], version: results[won] });
    }
  });

  test('files of regadm are listed and deleted, and blobs are not among them', async () => {
    const scene = await open();
    const trash = scene.storage.trash();
    expect(await trash.listFiles('trash')).toEqual([]);
    const journal = [`trash/${DAY}/journal/1.json.gz`, `trash/${EARLIER}/journal/2.json.gz`];
    for (const path of journal) await trash.replaceFile(path, Buffer.from(path), undefined);
    const version = await trash.replaceFile('marks.json.gz', Buffer.from('1'), undefined);
    await trash.replaceFile('marks.json.gz', Buffer.from('2'), version);
    await trash.moveBlobs([hexOf(ORPHAN!)], DAY, run);
    expect((await trash.listFiles('trash')).sort()).toEqual([...journal].sort());
    expect(await trash.listFiles(`trash/${DAY}`)).toEqual([journal[0]]);
    expect(await trash.listFiles('')).toContain('marks.json.gz');
    await trash.deleteFiles([...journal, `trash/${DAY}/journal/none.json.gz`, 'marks.json.gz']);
    expect(await trash.listFiles('')).toEqual([]);
    expect(await trash.readFile('marks.json.gz')).toBeUndefined();
    expect(await trash.replaceFile('marks.json.gz', Buffer.from('x'), version)).toBeUndefined();
    expect(await trashOf(scene)).toHaveLength(1);
  });

  test('the storage has an identity and a clock, which cost no trace', async () => {
    const { storage, paths } = await open();
    const trash = storage.trash();
    const before = await paths();
    expect(await trash.identify()).toBe(await trash.identify());
    for (const now of [await trash.now(), await trash.estimateNow()])
      expect(Math.abs(now - Date.now())).toBeLessThan(600_000);
    expect(await paths()).toEqual(before);
    expect(trash.unansweredAt).toBeUndefined();
  });
}

function testLinks(open: () => Promise<TrashScene>): void {
  test('links of all algorithms are read, and count for what they contain', async () => {
    const scene = await open();
    expect(await linksIn(scene)).toEqual(LINKS);
    const alias: LinkFile = { ...LINKS[3]!, path: asDigest(`sha512:${'ab'.repeat(64)}`), digest: USED! };
    const foreign: LinkFile = { ...LINKS[3]!, path: OTHER!, digest: USED! };
    const empty: LinkFile = { ...LINKS[3]!, path: asDigest(digest('empty')), digest: asDigest(digest('empty')) };
    const unknown: LinkFile = { ...alias, path: asDigest(`sha512:${'cd'.repeat(64)}`) };
    for (const link of [alias, foreign]) await scene.put(linkPath(link), link.digest);
    for (const link of [empty, unknown]) await scene.put(linkPath(link), '');
    await scene.put(`${REGISTRY}/repositories/ns/app/_manifests/tags/latest/current/link`, ORPHAN!);
    await scene.put(`${REGISTRY}/repositories/ns/app/_layers/md5/abc/link`, ORPHAN!);
    const found = await linksIn(scene);
    expect(found).toHaveLength(LINKS.length + 3);
    expect(found).toEqual(expect.arrayContaining([...LINKS, alias, foreign, empty]));
  });

  test('links are deleted and restored, and one that exists is left alone', async () => {
    const scene = await open();
    const trash = scene.storage.trash();
    const before = await scene.paths();
    const alias: LinkFile = { ...LINKS[0]!, path: asDigest(`sha512:${'ab'.repeat(64)}`) };
    await scene.put(linkPath(alias), alias.digest);
    const gone: LinkFile = { ...LINKS[0]!, repository: 'ns/none' };
    const links = [LINKS[0]!, LINKS[2]!, LINKS[3]!, alias];
    expect(await trash.deleteLinks(links, ended)).toEqual(links.map(() => SKIPPED));
    const recent = await trash.deleteLinks(links, { ...run, keepWrittenSince: 1 });
    expect(recent.map(({ status }) => status)).toEqual(links.map(() => 'skipped'));
    const deleted = await trash.deleteLinks([...links, gone], run);
    expect(deleted.map(({ status }) => status)).toEqual(['deleted', 'deleted', 'deleted', 'deleted', 'gone']);
    expect(await linksIn(scene)).toEqual([LINKS[1]]);
    await scene.put(linkPath(LINKS[2]!), OTHER!);
    expect(await trash.restoreLinks(links, ended)).toEqual(links.map(() => SKIPPED));
    const restored = await trash.restoreLinks(links, run);
    expect(restored.map(({ status }) => status)).toEqual(['written', 'exists', 'written', 'written']);
    expect(await Promise.all(links.map((link) => scene.read(linkPath(link))))).toEqual([ORPHAN, OTHER, ORPHAN, ORPHAN]);
    expect(await scene.paths()).toEqual([...before, linkPath(alias)].sort());
  });
}

function testMoves(open: () => Promise<TrashScene>): void {
  const orphan = { hex: hexOf(ORPHAN!), date: DAY! };

  test('blobs move to the trash, are read there, and move back', async () => {
    const scene = await open();
    const trash = scene.storage.trash();
    const [before, content] = [await scene.paths(), await scene.read(blobPath(ORPHAN!))];
    const hexes = [hexOf(ORPHAN!), hexOf(digest('none')), hexOf(OTHER!)];
    expect(await trash.moveBlobs(hexes, DAY!, ended)).toEqual(hexes.map(() => SKIPPED));
    let progress = 0;
    const counted = { ...run, onProgress: (items: number): void => void (progress += items) };
    expect(await trash.moveBlobs(hexes, DAY!, counted)).toEqual([
      { status: 'moved', bytes: 7 },
      { status: 'gone' },
      { status: 'moved', bytes: 9 },
    ]);
    expect(progress).toBe(3);
    expect(await trash.moveBlobs(hexes, DAY!, run)).toEqual(hexes.map(() => ({ status: 'gone' })));
    const trashed = [orphan, { hex: hexOf(OTHER!), date: DAY! }];
    expect(await trashOf(scene)).toEqual(
      [
        { ...trashed[0]!, bytes: 7 },
        { ...trashed[1]!, bytes: 9 },
      ].sort((one, other) => (one.hex < other.hex ? -1 : 1)),
    );
    expect(await scene.read(blobPath(ORPHAN!))).toBeUndefined();
    expect((await trash.readBlob(orphan, 100))?.toString()).toBe(content);
    await expect(trash.readBlob(orphan, 3)).rejects.toThrow();
    expect(await trash.readBlob({ ...orphan, date: EARLIER! }, 100)).toBeUndefined();
    const blobs = [...trashed, { ...orphan, date: EARLIER! }];
    expect(await trash.moveBlobsBack(blobs, ended)).toEqual(blobs.map(() => SKIPPED));
    progress = 0;
    expect(await trash.moveBlobsBack(blobs, counted)).toEqual([
      { status: 'restored', bytes: 7 },
      { status: 'restored', bytes: 9 },
      { status: 'gone' },
    ]);
    expect(progress).toBe(3);
    expect([await scene.paths(), await scene.read(blobPath(ORPHAN!)), await trashOf(scene)]).toEqual([
      before,
      content,
      [],
    ]);
  });

  test('a blob that was pushed again is not replaced, and the trash keeps its copy', async () => {
    const scene = await open();
    const trash = scene.storage.trash();
    await trash.moveBlobs([orphan.hex], DAY!, run);
    await scene.put(blobPath(ORPHAN!), 'pushed');
    let progress = 0;
    const counted = { ...run, onProgress: (items: number): void => void (progress += items) };
    expect(await trash.moveBlobsBack([orphan], counted)).toEqual([{ status: 'exists' }]);
    expect(progress).toBe(1);
    expect(await scene.read(blobPath(ORPHAN!))).toBe('pushed');
    expect(await trashOf(scene)).toEqual([{ ...orphan, bytes: 7 }]);
    expect(await trash.moveBlobs([orphan.hex], EARLIER!, run)).toEqual([{ status: 'moved', bytes: 6 }]);
    expect(await trashOf(scene)).toEqual([
      { ...orphan, date: EARLIER, bytes: 6 },
      { ...orphan, bytes: 7 },
    ]);
  });

  test('blobs in the trash are deleted, and only there', async () => {
    const scene = await open();
    const trash = scene.storage.trash();
    await trash.moveBlobs([orphan.hex], DAY!, run);
    await scene.put(blobPath(ORPHAN!), 'pushed');
    const other = { hex: hexOf(OTHER!), date: DAY! };
    expect(await trash.deleteBlobs([orphan, other], ended)).toEqual([SKIPPED, SKIPPED]);
    expect(await trash.deleteBlobs([orphan, other], run)).toEqual([{ status: 'deleted' }, { status: 'gone' }]);
    expect(await trashOf(scene)).toEqual([]);
    expect(await scene.read(blobPath(ORPHAN!))).toBe('pushed');
    expect((await scene.paths()).filter((path) => path.startsWith('regadm/trash/'))).toEqual([]);
  });

  test('what regadm keeps is not part of the registry', async () => {
    const scene = await open();
    const trash = scene.storage.trash();
    await trash.moveBlobs([orphan.hex], DAY!, run);
    await trash.replaceFile('marks.json.gz', Buffer.from('1'), undefined);
    const { blobs, repositories, ignored } = await scene.storage.list();
    expect([blobs.sort(), repositories.length, ignored]).toEqual([[hexOf(OTHER!), hexOf(USED!)].sort(), 2, []]);
    const surveyed: string[] = [];
    const survey = await scene.storage.survey({
      onBlob: (hex) => void surveyed.push(hex),
      onRepository: () => undefined,
    });
    expect([surveyed.sort(), survey.ignored]).toEqual([blobs, []]);
    expect(await scene.storage.findBlobs([ORPHAN!])).toEqual([undefined]);
  });
}
