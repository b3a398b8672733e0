import { rmSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { schemaProblems } from '../support/json-schema.js';
import { regadm, type Outcome } from '../support/regadm.js';
import { temporaryDirectory } from '../support/storage-tree.js';

interface Document {
  summary: Record<string, number>;
  broken: { image: string; problems: { what: string; digest: string }[]; tags: { name: string }[] }[];
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
});
afterAll(() => sandbox.stop());

const run = (...args: string[]): Promise<Outcome> => regadm(args, { kubeconfig: sandbox.kubeconfig.admin });
const verify = (...args: string[]): Promise<Outcome> =>
  run('registry', 'verify', '--storage', sandbox.storageDir, ...args);
const pruneHard = (...args: string[]): Promise<Outcome> =>
  run('prune', 'hard', '--storage', sandbox.storageDir, '--verify', ...args);

test('a whole registry: exit status 0', async () => {
  const { status, stdout } = await verify();
  expect([status, stdout]).toEqual([
    0,
    expect.stringMatching(/^Checked \d+ images and \d+ blobs: nothing is missing\nNot checked: 1 image in other/),
  ]);
});

test('what cannot be checked: exit status 1', async () => {
  const unknown = await verify('shop/none');
  expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('no image stream "shop/none"')]);
  const invalid = await verify('a/b/c');
  expect([invalid.status, invalid.stderr]).toEqual([1, expect.stringContaining('NAMESPACE/STREAM:TAG')]);
  const empty = await run('registry', 'verify', '--storage', temporaryDirectory());
  expect([empty.status, empty.stderr]).toEqual([1, expect.stringContaining('docker/registry/v2')]);
});

test('prune hard --verify: exit status 0, and the result is in the document', async () => {
  const dryRun = await pruneHard();
  expect([dryRun.status, dryRun.stderr]).toEqual([1, expect.stringContaining('--verify needs --confirm')]);
  const { status, stdout } = await pruneHard('--confirm', '--keep-blobs-younger-than=0', '-o', 'json');
  const document = JSON.parse(stdout) as { summary: Record<string, number>; verification: Document };
  expect(schemaProblems('hard-prune', document)).toEqual([]);
  expect([status, document.verification.broken, document.verification.summary.orphanedBlobs]).toEqual([0, [], 0]);
  expect(document.summary.blobs).toBeGreaterThan(0);
});

test('a missing layer: exit status 2 with the image, its tags and the remedies; 3 after a prune', async () => {
  const image = sandbox.store
    .list('images')
    .find(({ dockerImageLayers: layers }) => (layers as unknown[])?.length > 0)!;
  const layer = (image.dockerImageLayers as { name: string }[])[0]!.name;
  const file = `docker/registry/v2/blobs/sha256/${layer.slice(7, 9)}/${layer.slice(7)}/data`;
  rmSync(path.join(sandbox.storageDir, file));
  const json = await verify('-o', 'json');
  const document = JSON.parse(json.stdout) as Document;
  expect(schemaProblems('registry-verification', document)).toEqual([]);
  expect([json.status, document.summary.broken]).toEqual([2, document.broken.length]);
  const broken = document.broken.find((one) => one.image === image.metadata.name)!;
  expect(broken.problems).toEqual([{ what: 'missing-layer', digest: layer, repository: expect.any(String) }]);
  expect(broken.tags.length).toBeGreaterThan(0);
  const table = await verify();
  expect(table.stdout).toContain(`${image.metadata.name}\n  a layer does not exist`);
  expect(table.stdout).toContain(`    ${layer}\n  listed by\n`);
  const prune = await pruneHard('--confirm');
  expect([prune.status, prune.stdout]).toEqual([3, expect.stringContaining('a layer does not exist')]);
  expect(prune.stdout).toContain('\n\nVerification\n');
  expect(prune.stdout).not.toContain(String.raw`\n`);
  const lines = await pruneHard('--confirm', '-o', 'oc');
  expect([lines.status, lines.stderr]).toEqual([
    3,
    expect.stringMatching(/warning: after the deletions, .* broken \(first: sha256:[\da-f]{64}\)/),
  ]);
});
