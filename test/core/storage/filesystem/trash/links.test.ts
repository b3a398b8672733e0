import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LinkReader } from '../../../../../src/core/storage/filesystem/trash/link-reader.js';
import { openStorage } from '../../../../../src/core/storage/open.js';
import type { LinkFile, StorageTrash } from '../../../../../src/core/storage/trash.js';
import { digest } from '../../../../support/builders.js';
import { requires } from '../../../../support/jest/requires.js';
import { asDigest } from '../../../../support/names.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../../../../support/storage-tree.js';

const DIGESTS = Array.from({ length: 300 }, (_, number) => asDigest(digest(`layer ${number}`)));
const [FIRST, SECOND, THIRD] = DIGESTS;

async function aScene(layers = [FIRST!, SECOND!, THIRD!]): Promise<{ root: string; trash: StorageTrash }> {
  const directory = temporaryDirectory();
  const repositories = { 'ns/app': { manifests: [FIRST!], layers }, 'ns/other': { manifests: [], layers: [FIRST!] } };
  const root = makeStorageTree(directory, { blobs: {}, repositories });
  return { root, trash: (await openStorage(directory)).trash() };
}

async function linksIn(trash: StorageTrash): Promise<string[]> {
  const found: string[] = [];
  await trash.walkLinks({ onLink: ({ repository, kind, path }) => void found.push(`${repository} ${kind} ${path}`) });
  return found.sort();
}

const linkOf = (root: string, name: string): string =>
  path.join(root, 'repositories/ns/app/_layers/sha256', name.slice(7), 'link');

test('symbolic links, and what is not a file, are not links', async () => {
  const { root, trash } = await aScene();
  const outside = temporaryDirectory();
  mkdirSync(path.join(outside, 'sha256'));
  renameSync(path.dirname(linkOf(root, FIRST!)), path.join(outside, FIRST!.slice(7)));
  symlinkSync(path.join(outside, FIRST!.slice(7)), path.dirname(linkOf(root, FIRST!)));
  rmSync(linkOf(root, SECOND!));
  symlinkSync(path.join(outside, FIRST!.slice(7), 'link'), linkOf(root, SECOND!));
  rmSync(linkOf(root, THIRD!));
  mkdirSync(linkOf(root, THIRD!));
  symlinkSync(outside, path.join(root, 'repositories/ns/app/_layers/sha512'));
  rmSync(path.join(root, 'repositories/ns/other/_manifests/revisions'), { recursive: true });
  symlinkSync(
    path.join(root, 'repositories/ns/app/_manifests/revisions'),
    path.join(root, 'repositories/ns/other/_manifests/revisions'),
  );
  expect(
    spawnSync('mkfifo', [path.join(root, 'repositories/ns/other/_layers/sha256', FIRST!.slice(7), 'fifo')]).status,
  ).toBe(0);
  expect(await linksIn(trash)).toEqual([`ns/app manifest ${FIRST}`, `ns/other layer ${FIRST}`]);
});

test('a pipe does not stop the walk', async () => {
  const { root, trash } = await aScene();
  rmSync(linkOf(root, FIRST!));
  expect(spawnSync('mkfifo', [linkOf(root, FIRST!)]).status).toBe(0);
  expect(await linksIn(trash)).toContain(`ns/app layer ${SECOND}`);
});

test('links that disappear during the walk are omitted, and the walk can be interrupted', async () => {
  const { root, trash } = await aScene(DIGESTS);
  const abort = new AbortController();
  let links = 0;
  const onLink = ({ repository, kind }: LinkFile): void => {
    if (links++ === 0) rmSync(path.join(root, 'repositories/ns/app/_layers'), { recursive: true });
    expect(`${repository} ${kind}`).not.toBe('');
  };
  let walked = 0;
  await trash.walkLinks({ onLink, onWalked: (count) => void (walked += count) });
  expect(links).toBeLessThanOrEqual(DIGESTS.length);
  expect(walked).toBeGreaterThanOrEqual(links);
  const walk = trash.walkLinks({ onLink: () => abort.abort(new Error('interrupted')), signal: abort.signal });
  await expect(walk.then(() => abort.signal.throwIfAborted())).rejects.toThrow('interrupted');
});

requires('root').test.each(['_layers', '_layers/sha256', `_layers/sha256/${FIRST!.slice(7)}/link`, '_manifests'])(
  'a walk that cannot read %s fails',
  async (place) => {
    const { root, trash } = await aScene();
    chmodSync(path.join(root, '../../..'), 0o755);
    const file = path.join(root, 'repositories/ns/app', place);
    chmodSync(file, 0);
    process.seteuid!(65_534);
    try {
      await expect(linksIn(trash)).rejects.toMatchObject({
        code: 'STORAGE_UNREADABLE',
        message: expect.stringMatching(/permission denied$/) as string,
      });
    } finally {
      process.seteuid!(0);
    }
  },
);

test('links on a slow storage are read concurrently, with the same result', async () => {
  const { root } = await aScene(DIGESTS);
  const files = [...DIGESTS.map((name) => linkOf(root, name)), path.join(root, 'none'), root];
  const [fast, slow]: (string | undefined)[][] = [[], []];
  await new LinkReader(undefined, Infinity).read(files, (content, at) => (fast![at] = content));
  const reader = new LinkReader(undefined, 0);
  for (let round = 0; round < 2; round++) await reader.read(files, (content, at) => (slow![at] = content));
  expect(slow).toEqual([...DIGESTS, undefined, undefined]);
  expect(fast).toEqual(slow);
});

test('links are written and deleted only where no symbolic link leads elsewhere', async () => {
  const { root, trash } = await aScene();
  const outside = temporaryDirectory();
  mkdirSync(path.join(outside, FIRST!.slice(7)));
  writeFileSync(path.join(outside, FIRST!.slice(7), 'link'), FIRST!);
  rmSync(path.join(root, 'repositories/ns/app/_layers/sha256'), { recursive: true });
  symlinkSync(outside, path.join(root, 'repositories/ns/app/_layers/sha256'));
  const run = { mayContinue: async (): Promise<void> => undefined };
  const links = [FIRST!, SECOND!].map((name): LinkFile => ({
    repository: 'ns/app',
    kind: 'layer',
    path: name,
    digest: name,
  }));
  const open = readdirSync('/proc/self/fd').length;
  expect(await trash.deleteLinks(links, run)).toEqual([{ status: 'gone' }, { status: 'gone' }]);
  const restored = await trash.restoreLinks(links, run);
  expect(restored.map(({ status }) => status)).toEqual(['failed', 'failed']);
  const outsideOf = { ...links[0]!, repository: '../..' };
  expect(await trash.restoreLinks([outsideOf], run)).toMatchObject([{ status: 'failed' }]);
  expect(filesBelow(outside)).toEqual([`${FIRST!.slice(7)}/link`]);
  expect(readdirSync('/proc/self/fd')).toHaveLength(open);
});
