import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { schemaProblems } from '../../support/json-schema.js';
import { regadm, type Outcome } from '../../support/regadm.js';
import { listOf } from '../../support/saved-lists.js';
import { temporaryDirectory } from '../../support/storage-tree.js';

interface Document {
  options: { from?: string };
  summary: Record<string, number>;
  broken: { image: string; problems: { what: string }[] }[];
}

let sandbox: Sandbox;
let lists: string;
beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
  lists = temporaryDirectory();
  for (const resource of ['images', 'imagestreams'])
    writeFileSync(path.join(lists, `${resource}.json`), JSON.stringify(listOf(resource, sandbox.store.list(resource))));
});
afterAll(() => sandbox.stop());

const verify = (...args: string[]): Promise<Outcome> => regadm(['registry', 'verify', '--from', lists, ...args]);
const inStorage = (...args: string[]): Promise<Outcome> => verify('--storage', sandbox.storageDir, ...args);

test('the registry or its storage is verified against the lists, without a cluster', async () => {
  const requests = sandbox.requests.length;
  const stored = await inStorage('-o', 'json');
  const document = JSON.parse(stored.stdout) as Document;
  expect(schemaProblems('registry-verification', document)).toEqual([]);
  expect(document).toMatchObject({ options: { from: lists }, broken: [], summary: { broken: 0 } });
  expect(document.summary).not.toHaveProperty('orphanedBlobs');
  expect([stored.status, stored.stderr]).toEqual([0, expect.stringContaining('verified against saved lists: images')]);
  expect(stored.stderr).toMatch(/not every object that uses broken images is named: .* no list of pods, /);
  const through = ['--registry-url', sandbox.registryUrl, '--force-insecure'];
  const asked = await verify(...through, '--token', sandbox.tokens.admin);
  expect([asked.status, asked.stdout]).toEqual([0, expect.stringMatching(/^Checked 67 images .* nothing is missing/)]);
  const anonymous = await verify(...through);
  expect([anonymous.status, anonymous.stderr]).toEqual([1, expect.stringContaining('* pass a token of the registry')]);
  const api = sandbox.requests.slice(requests).filter(({ path: url }) => url.startsWith('/api'));
  expect(api).toEqual([]);
});

test('a missing manifest is found; an Image object that the files lack is not called missing', async () => {
  const [first, second] = sandbox.store
    .list('images')
    .filter(({ dockerImageReference: reference }) => String(reference).includes('/shop/frontend@'));
  const { name } = second!.metadata;
  const images = sandbox.store.list('images').filter(({ metadata }) => metadata.name !== name);
  writeFileSync(path.join(lists, 'images.json'), JSON.stringify(listOf('images', images)));
  const whole = await inStorage('shop');
  expect([whole.status, whole.stderr]).toEqual([
    0,
    expect.stringContaining('the files lack the images of 1 tag item '),
  ]);
  const hex = first!.metadata.name.slice(7);
  rmSync(path.join(sandbox.storageDir, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data'));
  const { status, stdout } = await inStorage('-o', 'json', '--read-data');
  expect(status).toBe(2);
  expect((JSON.parse(stdout) as Document).broken).toMatchObject([
    { image: first!.metadata.name, problems: [{ what: 'missing-manifest' }] },
  ]);
});

test.each([
  [[], '--from needs --registry-url or --storage'],
  [['--storage', 'cluster'], '--from cannot be specified with --storage cluster'],
  [['--storage', 'x', '--recover-images'], '--recover-images cannot be specified with --from'],
  [['--storage', 'x', '--repair-links', '--confirm'], 'cannot be specified with --from'],
  [['--storage', 'x', '--read-data-subset', '1/2', '--store-result'], '--store-result cannot be specified with --from'],
  [['--merge', 'x'], '--merge cannot be specified with --from'],
  [['--registry-url', 'r.example.org', '--context', 'c'], '--from cannot be specified with --context'],
])('%j is refused', async (args, message) => {
  expect(await verify(...args)).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
});
