import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import type { TrashDocument } from '../../src/core/trash/list/document-type.js';
import { actOnce, runIn } from '../support/guarded.js';
import { documentOf, useInStream } from '../support/online-prune.js';

const LAYER = Buffer.from('a layer that was pushed with its sha512 digest');
const hash = (algorithm: string): string => createHash(algorithm).update(LAYER).digest('hex');
const [HEX, NAME] = [hash('sha256'), `sha512:${hash('sha512')}`];

let sandbox: Sandbox;
const place = (path: string): string => join(sandbox.storageDir, 'docker/registry/v2', path);
const data = (): string => place(`blobs/sha256/${HEX.slice(0, 2)}/${HEX}/data`);
const link = (): string => place(`repositories/shop/gone/_layers/sha512/${hash('sha512')}/link`);

beforeEach(async () => {
  sandbox = await startSandbox({ sample: true, replicas: 2 });
  writeOld(data(), LAYER);
  // The image stream shop/gone does not exist.
  writeOld(link(), `sha256:${HEX}`);
});
afterEach(() => sandbox.stop());

function writeOld(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  utimesSync(file, 1_700_000_000, 1_700_000_000);
}

const use = (layer: string, name = 'e'): unknown =>
  sandbox.store.put('images', {
    metadata: { name: `sha256:${name.repeat(64)}` },
    dockerImageMetadata: { Id: '' },
    dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v1+json',
    dockerImageLayers: [{ name: layer, size: LAYER.length }],
  });
const useByName = (): void => void use(NAME);
const afterUnlinking = (action: () => void): void =>
  actOnce(sandbox, ({ method, path }) => method === 'PATCH' && path.includes('/deployments/'), action);

async function hard(...args: string[]) {
  const result = await runIn(sandbox, [
    ...['prune', 'hard', `--storage=${sandbox.storageDir}`, '--confirm', '--keep-blobs-younger-than=0', '-o', 'json'],
    ...args,
  ]);
  expect(result.status).toBe(0);
  return documentOf(result);
}
async function trash(...args: string[]): Promise<TrashDocument> {
  const [action = '', ...more] = args;
  const result = await runIn(sandbox, ['trash', action, `--storage=${sandbox.storageDir}`, '-o', 'json', ...more]);
  expect(result.status).toBe(0);
  return JSON.parse(result.stdout) as TrashDocument;
}
const online = () => hard('--online', '--grace=0', '--recheck-after=0', '--trash-keep=0');
const remains = (): boolean[] => [existsSync(data()), existsSync(link())];

const PRUNES: [string, () => Promise<unknown>][] = [
  ['online', online],
  ['to the trash', () => hard('--trash')],
  ['in read-only mode', () => hard()],
];

test.each(PRUNES)(
  'a layer in use that only a repository without an image stream leads to survives prunes %s',
  async (_, prune) => {
    useByName();
    for (const _run of [1, 2, 3]) await prune();
    expect(remains()).toEqual([true, true]);
  },
);

test('so does a layer that an image names only after the links to it were removed', async () => {
  afterUnlinking(useByName);
  const { unmarked } = await online();
  expect(unmarked).toEqual([expect.objectContaining({ digest: `sha256:${HEX}` })]);
  for (const _run of [1, 2]) await online();
  expect(remains()).toEqual([true, true]);
});

test('the link of a layer that stays in its place comes back when an image needs it', async () => {
  use(`sha256:${HEX}`, 'd');
  afterUnlinking(useByName);
  await online();
  expect(remains()).toEqual([true, true]);
  sandbox.store.remove('images', `sha256:${'d'.repeat(64)}`);
  for (const _run of [1, 2, 3]) await online();
  expect(remains()).toEqual([true, true]);
});

test('a layer that no image names any longer is deleted', async () => {
  for (const _run of [1, 2, 3]) await online();
  expect(remains()).toEqual([false, false]);
});

describe('an image index that names its child by another algorithm', () => {
  const DIGEST = (text: string, algorithm = 'sha256'): string =>
    `${algorithm}:${createHash(algorithm).update(text).digest('hex')}`;
  const CHILD = JSON.stringify({ schemaVersion: 2, layers: [{ digest: `sha256:${HEX}` }] });
  const INDEX = JSON.stringify({ schemaVersion: 2, manifests: [{ digest: DIGEST(CHILD, 'sha512') }] });
  const blob = (text: string): string =>
    place(`blobs/sha256/${DIGEST(text).slice(7, 9)}/${DIGEST(text).slice(7)}/data`);
  const childLink = (): string =>
    place(`repositories/shop/again/_manifests/revisions/${DIGEST(CHILD, 'sha512').replace(':', '/')}/link`);
  const useIndex = (): void => useInStream(sandbox, DIGEST(INDEX));
  const all = (): boolean[] => [data(), blob(CHILD), childLink()].map((file) => existsSync(file));

  beforeEach(() => {
    for (const text of [CHILD, INDEX]) writeOld(blob(text), text);
    writeOld(childLink(), DIGEST(CHILD));
  });

  test.each(PRUNES)('keeps the layers of this child in prunes %s', async (_, prune) => {
    useIndex();
    for (const _run of [1, 2, 3]) await prune();
    expect(all()).toEqual([true, true, true]);
  });

  test.each(PRUNES)('and if it is used only after the links were removed, in later prunes %s', async (_, prune) => {
    afterUnlinking(useIndex);
    await online();
    for (const _run of [1, 2]) await prune();
    expect(all().slice(0, 2)).toEqual([true, true]);
  });

  test('is restored from the trash with this child and its layers', async () => {
    writeOld(
      place(`repositories/shop/again/_manifests/revisions/${DIGEST(INDEX).replace(':', '/')}/link`),
      DIGEST(INDEX),
    );
    await hard('--trash');
    expect(all()).toEqual([false, false, false]);
    const listed = await trash('list');
    expect(listed.images.filter(({ digest }) => digest === DIGEST(INDEX))).toEqual([
      expect.objectContaining({ whole: true, problems: [] }),
    ]);
    await trash('restore', DIGEST(INDEX), '--confirm');
    expect(all()).toEqual([true, true, true]);
  });

  test('is not called whole in the trash if no link states which manifest its child is', async () => {
    writeOld(
      place(`repositories/shop/again/_manifests/revisions/${DIGEST(INDEX).replace(':', '/')}/link`),
      DIGEST(INDEX),
    );
    rmSync(childLink());
    await hard('--trash');
    const { images } = await trash('list');
    expect(images.filter(({ digest }) => digest === DIGEST(INDEX))).toEqual([
      expect.objectContaining({
        whole: false,
        problems: [{ digest: DIGEST(INDEX), message: expect.stringContaining(DIGEST(CHILD, 'sha512')) as string }],
      }),
    ]);
  });

  test('and if a prune in read-only mode follows before anything is linked again', async () => {
    await online();
    expect(existsSync(childLink())).toBe(false);
    useIndex();
    await hard();
    expect(all().slice(0, 2)).toEqual([true, true]);
    await online();
    expect(all()).toEqual([true, true, true]);
  });
});
