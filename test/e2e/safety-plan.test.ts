import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PlanFile } from '../../src/core/prune/plan/plan-file.js';
import {
  missingParts,
  stateOf,
  unplannedLosses,
  falseClaims,
  type PruneDocument,
  type State,
} from '../support/cluster-checks.js';
import {
  aRunningPod,
  aScene,
  CONFIRM,
  DRY_RUN,
  HOST,
  prune,
  pruneInProcess,
  type Scene,
} from '../support/prune-scene.js';
import type { CliResult } from '../support/cli.js';

let scene: Scene;
let before: State;
let dir: string;
let file: string;

beforeEach(async () => {
  scene = await aScene();
  before = stateOf(scene.sandbox);
  dir = mkdtempSync(path.join(tmpdir(), 'regadm-plan-'));
  file = path.join(dir, 'plan.json');
});
afterEach(async () => {
  await scene.sandbox.stop();
  rmSync(dir, { recursive: true });
});

const documentOf = ({ stdout }: CliResult): PruneDocument => JSON.parse(stdout) as PruneDocument;
const names = ({ images }: PruneDocument): string[] => images.map(({ name }) => name);
const BARE = ['prune', 'images', '-o', 'json'];
const apply = (target = scene): Promise<CliResult> => prune(target, [...BARE, '--confirm', '--plan', file]);

async function planOut(): Promise<PruneDocument> {
  return (await pruneInProcess(scene, { dryRun: true, request: { planOut: file } })).document;
}

function edit(change: (plan: PlanFile) => void): void {
  const plan = JSON.parse(readFileSync(file, 'utf8')) as PlanFile;
  change(plan);
  writeFileSync(file, JSON.stringify(plan));
}

function expectRefused(run: CliResult, status: number, code: string): void {
  expect([run.status, (JSON.parse(run.stdout) as { code: string }).code]).toEqual([status, code]);
  expect(stateOf(scene.sandbox)).toEqual(before);
}

describe('--plan-out and --plan', () => {
  test('a plan applied to an unchanged cluster deletes everything in it', async () => {
    const planned = await prune(scene, [...BARE, '--plan-out', file]);
    expect(planned.status).toBe(0);
    const run = await apply();
    expect(run.status).toBe(0);
    expect(names(documentOf(run))).toEqual(names(documentOf(planned)));
    expect(falseClaims(documentOf(run), before, scene.sandbox)).toEqual([]);
  });

  test('objects that are now in use, or have become old since then, are kept', async () => {
    const planned = await planOut();
    scene.sandbox.store.put('pods', aRunningPod('late/pod', `${HOST}/ops/batch@${scene.batch[4]}`));
    scene.sandbox.registry.push('ops/batch', 'nightly', { layers: ['newest'], created: '2025-02-01T00:00:00Z' });
    const run = await apply();
    expect(run.status).toBe(0);
    expect(run.stderr).toContain('planned items that no longer exist or are now in use');
    expect(names(documentOf(run))).not.toContain(scene.batch[4]);
    // Because of the push, a third revision is old enough; the plan does not name it.
    expect(names(documentOf(run))).not.toContain(scene.batch[2]);
    expect(unplannedLosses(before, stateOf(scene.sandbox), planned)).toEqual([]);
    expect(missingParts(scene.sandbox)).toEqual([]);
  });

  test('flags that keep more are allowed with --plan', async () => {
    await planOut();
    const { metadata, ...object } = scene.sandbox.store.get('images', scene.loose)!;
    scene.sandbox.store.put('images', { ...object, metadata: { ...metadata, annotations: {} } });
    const run = await prune(scene, [...BARE, '--confirm', '--plan', file, '--all=false', '--prune-registry=false']);
    expect(run.status).toBe(0);
    expect(scene.sandbox.store.get('images', scene.loose)).toBeDefined();
    expect(documentOf(run).summary).toMatchObject({ images: 11, blobs: 0, layerLinks: 0 });
    expect(stateOf(scene.sandbox).blobs).toEqual(before.blobs);
  });

  test('a plan edited to delete less deletes less', async () => {
    await planOut();
    edit((plan) => {
      plan.imageStreams = plan.imageStreams.filter(({ name }) => name !== 'batch');
      plan.images = plan.images.filter(({ name }) => !scene.batch.includes(name));
    });
    const run = await apply();
    expect(run.status).toBe(0);
    expect(run.stderr).toContain('the plan was edited');
    expect(stateOf(scene.sandbox).items.filter((item) => item.startsWith('ops/batch'))).toHaveLength(5);
    expect(missingParts(scene.sandbox)).toEqual([]);
    expect(names(documentOf(run)).length).toBeGreaterThan(5);
  });

  test.each<[string, number, string, (plan: PlanFile) => void]>([
    [
      'to delete an image that is kept',
      4,
      'PLAN_EDITED',
      (plan) =>
        plan.images.push({ name: scene.web[0]!, uid: scene.sandbox.store.get('images', scene.web[0]!)!.metadata.uid! }),
    ],
    [
      'to delete an item that is kept',
      4,
      'PLAN_EDITED',
      (plan) =>
        plan.imageStreams[0]!.items.push({ tag: 'v1', image: scene.indexes[0]!, created: '2025-01-01T00:00:00.000Z' }),
    ],
    ['in its options', 4, 'PLAN_EDITED', (plan) => (plan.options = { ...plan.options, keepTagRevisions: 0 })],
    [
      'to be older than a day',
      4,
      'PLAN_TOO_OLD',
      (plan) => (plan.createdAt = new Date(Date.now() - 25 * 3_600_000).toISOString()),
    ],
    ['to another version', 1, 'PLAN_FILE', (plan) => ((plan as { apiVersion: string }).apiVersion = 'regadm/v9')],
    ['to an invalid structure', 1, 'PLAN_FILE', (plan) => ((plan as { images: unknown }).images = 'all')],
  ])('a plan edited %s is refused', async (_what, status, code, change) => {
    await planOut();
    edit(change);
    expectRefused(await apply(), status, code);
  });

  describe("the age of a plan counts by the API server's clock", () => {
    const HOUR = 3_600_000;
    const withServerTime = async (hours: number): Promise<void> => {
      await scene.sandbox.stop();
      scene = await aScene({ now: Date.now() + hours * HOUR });
      before = stateOf(scene.sandbox);
    };

    test('a fresh plan is applied although this clock is two days ahead', async () => {
      await withServerTime(-48);
      const planned = await planOut();
      const { document } = await pruneInProcess(scene, { request: { planFile: file } });
      expect(names(document)).toEqual(names(planned));
    });

    test('a plan that is too old is refused although this clock is two days behind', async () => {
      await withServerTime(48);
      await planOut();
      edit((plan) => (plan.createdAt = new Date(Date.parse(plan.createdAt) - 25 * HOUR).toISOString()));
      const run = pruneInProcess(scene, { request: { planFile: file } });
      await expect(run).rejects.toMatchObject({ code: 'PLAN_TOO_OLD', exitCode: 4 });
      expect(stateOf(scene.sandbox)).toEqual(before);
    });
  });

  test('a plan for another cluster is refused', async () => {
    await planOut();
    const other = await aScene();
    const untouched = stateOf(other.sandbox);
    // It has the same names and digests, but other uids.
    const run = await apply(other);
    expect([run.status, (JSON.parse(run.stdout) as { code: string }).code]).toEqual([4, 'PLAN_OF_ANOTHER_CLUSTER']);
    expect(stateOf(other.sandbox)).toEqual(untouched);
    await other.sandbox.stop();
  });
});

test.each([
  ['3', 'images, more than 3'],
  ['10%', 'more than 10%'],
  ['1Ki', 'of blobs, more than'],
])('--max-delete=%s is below the plan: exit status 4, nothing changed', async (limit, message) => {
  const run = await prune(scene, [...CONFIRM, '--max-delete', limit]);
  expectRefused(run, 4, 'MAX_DELETE');
  expect(run.stderr).toContain(message);
});

test('--max-delete above the plan lets the run continue', async () => {
  const { status, stderr } = await prune(scene, [...CONFIRM, '--max-delete', '50%']);
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.not.stringContaining('error') });
});

test('--detailed-exitcode: 2 when a dry run finds something, 0 when it does not', async () => {
  expect((await prune(scene, [...DRY_RUN, '--detailed-exitcode'])).status).toBe(2);
  const nothing = await prune(scene, [
    ...BARE,
    '--detailed-exitcode',
    '--keep-tag-revisions=10',
    '--all=false',
    '--keep-younger-than=200000h',
  ]);
  expect([nothing.status, nothing.stderr]).toEqual([0, '']);
  expect(stateOf(scene.sandbox)).toEqual(before);
});

test('--protect keeps namespaces, streams, tags and digests', async () => {
  const protect = path.join(dir, 'protect.yaml');
  writeFileSync(
    protect,
    `# ours\nnamespaces: [op?]\nstreams: ["shop/ap*"]\ntags: ["shop/web:lat*"]\ndigests:\n  - ${scene.indexes[4]}\n`,
  );
  const run = await prune(scene, [...CONFIRM, '--protect', protect, '-v', '4']);
  expect(run.status).toBe(0);
  expect(run.stderr).toContain('protected by "op?" of --protect');
  expect(names(documentOf(run)).sort()).toEqual([scene.indexes[3]!, ...scene.children[3]!, scene.loose].sort());
  expect(missingParts(scene.sandbox)).toEqual([]);
});

test.each([
  ['an unknown field', 'namespaces: []\nstream: [a/b]\n', ':2: unknown field "stream"'],
  ['an invalid entry', 'streams:\n  - a/b\n  - c\n', ':3: "c" in streams is not NAMESPACE/NAME'],
  ['a short digest', 'digests:\n- sha256:abc\n', ':2: "sha256:abc" in digests is not a whole digest'],
  ['something other than a list', 'tags: a/b:c\n', ':1: tags must be a list'],
  ['invalid YAML', 'a: [\nb', ':2:'],
  ['an empty file', '', ':1: the file is empty'],
  ['a list', '- a\n', ':1: it must be a mapping'],
])('--protect with %s is refused, and the error names the line', async (_what, text, message) => {
  const { parseProtection } = await import('../../src/core/rule-files/protection.js');
  expect(() => parseProtection('protect.yaml', text)).toThrow(`protect.yaml${message}`);
});

test('an invalid --protect file: exit status 1, nothing changed', async () => {
  const protect = path.join(dir, 'protect.yaml');
  writeFileSync(protect, 'namespaces:\n  - ops\nstreams:\n  - wrong\n');
  const run = await prune(scene, [...CONFIRM, '--protect', protect]);
  expectRefused(run, 1, 'PROTECT_FILE');
  expect(run.stderr).toContain(`error: ${protect}:4: "wrong" in streams`);
});

test('invalid references are listed and nothing changes; with --ignore-invalid-refs they are warnings', async () => {
  for (const name of ['one', 'two'])
    scene.sandbox.store.put('pods', aRunningPod(`bad/${name}`, `${HOST}/Shop/${name}:latest`));
  const run = await prune(scene);
  expectRefused(run, 1, 'INVALID_REFERENCES');
  const { invalidReferences } = JSON.parse(run.stdout) as {
    invalidReferences: { referrer: { name: string }; field: string; reference: string }[];
  };
  expect(invalidReferences.map(({ referrer, field, reference }) => [referrer.name, field, reference])).toEqual([
    ['one', 'container main', `${HOST}/Shop/one:latest`],
    ['two', 'container main', `${HOST}/Shop/two:latest`],
  ]);
  const ignoring = await prune(scene, [...CONFIRM, '--ignore-invalid-refs']);
  expect(ignoring.status).toBe(0);
  expect(ignoring.stderr).toContain('warning: pod/two namespace=bad');
});

test('a plan file contains no tokens', async () => {
  await planOut();
  const text = readFileSync(file, 'utf8');
  for (const token of Object.values(scene.sandbox.tokens)) expect(text).not.toContain(token);
});
