import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { actOnce, runIn } from '../support/guarded.js';
import { documentOf } from '../support/online-prune.js';

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
const online = () => hard('--online', '--grace=0', '--recheck-after=0', '--trash-keep=0');
const remains = (): boolean[] => [existsSync(data()), existsSync(link())];

test.each([
  ['online', online],
  ['to the trash', () => hard('--trash')],
  ['in read-only mode', () => hard()],
])('a layer in use that only a repository without an image stream leads to survives prunes %s', async (_, prune) => {
  useByName();
  for (const _run of [1, 2, 3]) await prune();
  expect(remains()).toEqual([true, true]);
});

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
