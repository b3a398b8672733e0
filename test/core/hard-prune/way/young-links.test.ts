import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Deletions } from '../../../../src/core/hard-prune/report.js';
import { digest } from '../../../support/builders.js';
import {
  CLUSTER,
  STORAGE,
  blobData,
  image,
  layer,
  mayContinue,
  orphan,
  other,
  prunerOn,
  signal,
} from '../../../support/storage-pruner.js';
import { filesBelow } from '../../../support/storage-tree.js';

const HOUR = 3_600_000;
const [manifest, index, child] = [digest('manifest'), digest('index'), digest('child')];
const names = { manifest, index, child, orphan, other };

const linkPath = (root: string, repository: string, kind: string, name: string): string =>
  path.join(root, 'repositories', repository, kind, 'sha256', name.slice(7), 'link');
const manifestLink = (root: string, repository: string, name: string): string =>
  linkPath(root, repository, '_manifests/revisions', name);
const layerLink = (root: string, repository: string, name: string): string =>
  linkPath(root, repository, '_layers', name);

function write(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

interface Scene {
  rules?: 'safe' | 'registry';
  keepYoungerThanMs?: number;
}

/** A storage whose files are all old, with unused blobs in a repository, and in another whose image stream is gone. */
async function scene({ rules = 'safe', keepYoungerThanMs = HOUR }: Scene = {}) {
  const unused = Object.fromEntries(Object.values(names).map((name) => [name, 1]));
  const { root, pruner } = await prunerOn(
    {
      blobs: { ...STORAGE.blobs, ...unused },
      repositories: {
        'ns/app': { manifests: [image, manifest, index, child], layers: [layer, orphan, other] },
        'gone/app': { manifests: [manifest], layers: [orphan] },
      },
    },
    CLUSTER,
    { rules, ages: { keepYoungerThanMs } },
  );
  writeFileSync(blobData(root, manifest), JSON.stringify({ config: { digest: other }, layers: [{ digest: orphan }] }));
  writeFileSync(blobData(root, child), JSON.stringify({ config: { digest: other }, layers: [{ digest: orphan }] }));
  writeFileSync(blobData(root, index), JSON.stringify({ manifests: [{ digest: child }] }));
  const old = new Date(Date.now() - 2 * HOUR);
  for (const file of filesBelow(root)) utimesSync(path.join(root, file), old, old);
  /** Finds what is unused, and states which of the names are kept. */
  const find = async () => {
    const { plan } = await pruner.find(signal());
    const deleted = plan.blobs.map((blob) => blob.digest as string);
    const links = plan.manifestLinks.map((link) => `${link.repository}@${link.digest}`);
    const isKept = (name: string): boolean => !deleted.includes(name);
    const kept = Object.keys(names).filter((key) => isKept(names[key as keyof typeof names]));
    return { plan, kept, links, repositories: plan.repositories.map(({ name }) => name) };
  };
  return { root, pruner, find };
}

const touch = (file: string): void => utimesSync(file, new Date(), new Date());

test('everything is old: all of it is deleted', async () => {
  const { find } = await scene();
  expect(await find()).toMatchObject({ kept: [], repositories: ['gone/app'] });
});

test('a recent layer link keeps its old blob', async () => {
  const { root, find } = await scene();
  touch(layerLink(root, 'ns/app', orphan));
  const { kept, plan } = await find();
  expect(kept).toEqual(['orphan']);
  expect(plan.kept).toEqual([
    { kind: 'blob', name: orphan, because: expect.stringMatching(/^written \d+s ago$/) as string },
  ]);
});

test('a recent link in a repository without an image stream keeps the repository and the blob', async () => {
  const { root, find } = await scene();
  touch(layerLink(root, 'gone/app', orphan));
  expect(await find()).toMatchObject({ kept: ['orphan'], repositories: [] });
});

test.each(['ns/app', 'gone/app'])('a recent manifest link in %s keeps what the manifest names', async (repository) => {
  const { root, find } = await scene();
  touch(manifestLink(root, repository, manifest));
  const { kept, links, repositories } = await find();
  expect(kept).toEqual(['manifest', 'orphan', 'other']);
  expect(links.includes(`ns/app@${manifest}`)).toBe(repository !== 'ns/app');
  expect(repositories).toEqual(repository === 'ns/app' ? ['gone/app'] : []);
});

test('a recent manifest keeps what it names, also if its link is old', async () => {
  const { root, find } = await scene();
  touch(blobData(root, manifest));
  expect((await find()).kept).toEqual(['manifest', 'orphan', 'other']);
});

test('a recent image index keeps its children, with their links and blobs', async () => {
  const { root, find } = await scene();
  touch(manifestLink(root, 'ns/app', index));
  const { kept, links } = await find();
  expect(kept).toEqual(['index', 'child', 'orphan', 'other']);
  expect(links).toEqual([`ns/app@${manifest}`]);
});

test('a recent manifest that is not one is kept, and names nothing', async () => {
  const { root, find } = await scene();
  writeFileSync(blobData(root, manifest), 'x');
  expect((await find()).kept).toEqual(['manifest']);
});

test.each<Scene>([{ keepYoungerThanMs: 0 }, { rules: 'registry' }])(
  'links have no age that counts with %j',
  async (how) => {
    const { root, find } = await scene(how);
    touch(layerLink(root, 'ns/app', orphan));
    touch(manifestLink(root, 'ns/app', manifest));
    expect((await find()).kept).toEqual([]);
  },
);

describe('a push after the plan was made', () => {
  async function pruneDuring(push: (root: string) => void): Promise<Deletions & { root: string }> {
    const { root, pruner } = await scene();
    const { plan } = await pruner.find(signal());
    push(root);
    return { ...(await pruner.delete(plan, mayContinue, signal())), root };
  }
  const hasBlob = (root: string, name: string): boolean => existsSync(blobData(root, name));

  test('keeps a blob that it reuses, in a new repository too', async () => {
    const { root, failures } = await pruneDuring((root) => write(layerLink(root, 'new/app', orphan), orphan));
    expect(hasBlob(root, orphan)).toBe(true);
    expect(hasBlob(root, other)).toBe(false);
    expect(failures).toEqual([]);
  });

  test('keeps what a new manifest names, although the links to it are old', async () => {
    const pushed = digest('pushed');
    const { root } = await pruneDuring((root) => {
      write(blobData(root, pushed), JSON.stringify({ config: { digest: other }, layers: [{ digest: orphan }] }));
      write(manifestLink(root, 'ns/app', pushed), pushed);
    });
    for (const name of [orphan, other]) expect(hasBlob(root, name)).toBe(true);
    expect(hasBlob(root, index)).toBe(false);
  });

  test.each(['ns/app', 'gone/app'])('keeps the manifest link that it writes again in %s', async (repository) => {
    const { root, failures } = await pruneDuring((root) => touch(manifestLink(root, repository, manifest)));
    expect(existsSync(manifestLink(root, repository, manifest))).toBe(true);
    for (const name of [manifest, orphan, other]) expect(hasBlob(root, name)).toBe(true);
    expect(failures).toEqual([]);
  });

  test('keeps a blob that it writes again', async () => {
    const { root } = await pruneDuring((root) => touch(blobData(root, orphan)));
    expect(hasBlob(root, orphan)).toBe(true);
  });
});
