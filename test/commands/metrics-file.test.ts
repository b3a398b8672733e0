import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { interrupt, type CliOptions } from '../support/cli.js';
import { stateOf, type PruneDocument } from '../support/cluster-checks.js';
import { readExposition, type ReadSample } from '../support/exposition.js';
import { aScene, CONFIRM, DRY_RUN, prune, type Scene } from '../support/prune-scene.js';
import { regadm, type Outcome } from '../support/regadm.js';

const STATUS = 'regadm_exit_status';
const LAST_SUCCESS = 'regadm_last_success_timestamp_seconds';

let scene: Scene;
let dir: string;
let file: string;
beforeEach(async () => {
  scene = await aScene();
  dir = mkdtempSync(join(tmpdir(), 'regadm-metrics-'));
  file = join(dir, 'regadm.prom');
});
afterEach(async () => {
  await scene.sandbox.stop();
  rmSync(dir, { recursive: true, force: true });
});

const images = (args: string[] = CONFIRM, options?: CliOptions): Promise<Outcome> =>
  prune(scene, [...args, '--metrics-file', file], options);
const text = (): string => readFileSync(file, 'utf8');
const metrics = (): ReadSample[] => readExposition(text());

function valueOf(name: string, labels: Record<string, string> = {}): number | undefined {
  const hasLabels = (sample: ReadSample): boolean =>
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
  return metrics().find((sample) => sample.name === name && hasLabels(sample))?.value;
}

const objects = (kind: string, result: string): number | undefined => valueOf('regadm_prune_objects', { kind, result });

/** Runs `then` at the first request that deletes something in the registry. */
function atFirstDeletion(then: () => void): void {
  let isFirst = true;
  scene.sandbox.onRequest(({ method, path }) => {
    if (isFirst && method === 'DELETE' && path.startsWith('/admin/')) {
      isFirst = false;
      then();
    }
    return undefined;
  });
}

test('a confirmed run: the amounts of its document, and the time of its success', async () => {
  const before = Date.now() / 1000;
  const { status, stdout } = await images();
  expect(status).toBe(0);
  const { summary } = JSON.parse(stdout) as PruneDocument & { summary: Record<string, number> };
  expect(objects('image', 'deleted')).toBe(summary.images);
  expect(objects('tag_item', 'deleted')).toBe(summary.imageStreamTagItems);
  expect(objects('layer_link', 'deleted')).toBe(summary.layerLinks);
  expect(objects('manifest_link', 'deleted')).toBe(summary.manifestLinks);
  expect(objects('blob', 'deleted')).toBe(summary.blobs);
  expect(valueOf('regadm_prune_freed_bytes')).toBe(summary.bytes);
  expect([objects('image', 'failed'), objects('image', 'skipped'), valueOf('regadm_prune_failures')]).toEqual([
    0, 0, 0,
  ]);
  expect([valueOf(STATUS), valueOf('regadm_prune_dry_run')]).toEqual([0, 0]);
  expect(valueOf(LAST_SUCCESS)).toBeGreaterThanOrEqual(before);
  expect(valueOf(LAST_SUCCESS)).toBe(valueOf('regadm_last_run_timestamp_seconds'));
  expect(valueOf('regadm_duration_seconds')).toBeGreaterThan(0);
  expect(new Set(metrics().map(({ labels }) => `${labels.command} ${labels.cluster}`))).toEqual(
    new Set([`prune images ${scene.sandbox.apiUrl}`]),
  );
  expect(readdirSync(dir)).toEqual(['regadm.prom']);
});

test('a run with nothing to do is a success', async () => {
  await prune(scene, CONFIRM);
  expect((await images()).status).toBe(0);
  expect([valueOf(STATUS), objects('image', 'deleted'), valueOf('regadm_prune_freed_bytes')]).toEqual([0, 0, 0]);
  expect(valueOf(LAST_SUCCESS)).toBeGreaterThan(0);
});

test('a dry run has only what it would delete, and is not a success', async () => {
  const { status, stdout } = await images([...DRY_RUN, '--detailed-exitcode']);
  expect(status).toBe(2);
  const { images: planned } = JSON.parse(stdout) as PruneDocument;
  expect([valueOf(STATUS), valueOf('regadm_prune_dry_run'), valueOf(LAST_SUCCESS)]).toEqual([2, 1, 0]);
  expect(objects('image', 'would-delete')).toBe(planned.length);
  expect(objects('image', 'deleted')).toBeUndefined();
  expect(valueOf('regadm_prune_freed_bytes')).toBe(0);
});

describe('after a success', () => {
  let success: number;
  beforeEach(async () => {
    await images([...CONFIRM, '--keep-tag-revisions=4']);
    success = valueOf(LAST_SUCCESS)!;
    expect(success).toBeGreaterThan(0);
  });
  afterEach(() => expect(valueOf(LAST_SUCCESS)).toBe(success));

  test('a run with failures counts them', async () => {
    scene.sandbox.addFault('DELETE ^/admin/blobs/ every=2 => 400');
    const { status, stdout } = await images();
    expect(status).toBe(3);
    const { failures } = JSON.parse(stdout) as PruneDocument;
    expect([valueOf(STATUS), valueOf('regadm_prune_failures')]).toEqual([3, failures.length]);
    expect(objects('blob', 'failed')).toBeGreaterThan(0);
    expect(valueOf('regadm_prune_blob_bytes', { result: 'failed' })).toBeGreaterThan(0);
  });

  test.each([
    ['a refusal', ['--max-delete=1'], 4],
    ['an error', ['--token=wrong'], 1],
    ['an error in a flag', ['--keep-younger-than=young'], 1],
    ['an error before the connection', ['--context=nope'], 1],
  ])('%s states only how the run ended', async (_, args, expected) => {
    const { status } = await images([...CONFIRM, ...args]);
    expect([status, valueOf(STATUS)]).toEqual([expected, expected]);
    expect(objects('image', 'deleted')).toBeUndefined();
    expect(metrics()[0]!.labels.cluster).toBe(scene.sandbox.apiUrl);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s', async (signal, expected) => {
    let child!: ChildProcess;
    let deletions = 0;
    scene.sandbox.onRequest(async ({ method, path }) => {
      // The first one is the check whether the registry deletes.
      if (method === 'DELETE' && path.startsWith('/admin/') && ++deletions === 2) await interrupt(child, signal);
      return undefined;
    });
    const { status } = await images([...CONFIRM, '--num-workers=1'], { started: (started) => void (child = started) });
    expect([status, valueOf(STATUS)]).toEqual([expected, expected]);
    expect(objects('image', 'skipped')).toBeGreaterThan(0);
  });

  test('a second signal, which stops the run at once', async () => {
    let child!: ChildProcess;
    scene.sandbox.onRequest(({ method, path }) => {
      if (method !== 'DELETE' || !path.startsWith('/admin/')) return undefined;
      void interrupt(child, 'SIGTERM').then(() => child.kill('SIGTERM'));
      return { do: 'hang' };
    });
    const { status } = await images([...CONFIRM, '--num-workers=1'], { started: (started) => void (child = started) });
    expect([status, valueOf(STATUS)]).toEqual([143, 143]);
  });

  test('SIGKILL leaves the old file as it was', async () => {
    const before = text();
    let child!: ChildProcess;
    atFirstDeletion(() => child.kill('SIGKILL'));
    const { signal } = await images(CONFIRM, { started: (started) => void (child = started) });
    expect([signal, text(), readdirSync(dir)]).toEqual(['SIGKILL', before, ['regadm.prom']]);
  });

  test('output that cannot be written is in the exit status', async () => {
    const { status } = await images(CONFIRM, { shell: 'exec "$@" > /dev/full' });
    expect([status, valueOf(STATUS)]).toEqual([1, 1]);
    expect(objects('image', 'deleted')).toBeGreaterThan(0);
  });
});

describe('before the first deletion, with exit status 1:', () => {
  test.each<[string, (path: string) => string, string]>([
    ['a directory that does not exist', (path) => `${path}/missing/a.prom`, 'ENOENT'],
    ['a place that cannot be written', () => '/proc/a.prom', '/proc/a.prom: '],
    ['a full device', () => '/dev/full', 'not a regular file'],
    ['a directory', (path) => path, 'not a regular file'],
    ['a link', (path) => (symlinkSync('/dev/full', `${path}/link`), `${path}/link`), 'symbolic link'],
    ['no name', (path) => `${path}/a/`, 'not the name of a file'],
  ])('%s', async (_, name, message) => {
    file = name(dir);
    const before = stateOf(scene.sandbox);
    const { status, stdout, stderr } = await images();
    expect([status, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ code: 'METRICS_FILE' })]);
    expect(stderr).toMatch(/^error: cannot write the metrics file /);
    expect(stderr).toContain(message);
    expect(stateOf(scene.sandbox)).toEqual(before);
    expect(scene.sandbox.requests).toEqual([]);
  });

  test('a disk without space for the file', async () => {
    const { status, stderr } = await images(CONFIRM, { shell: 'ulimit -f 1; exec "$@"' });
    expect([status, readdirSync(dir)]).toEqual([1, []]);
    expect(stderr).toContain('EFBIG');
  });
});

describe('refused before the first deletion, with exit status 4, and kept:', () => {
  test.each([
    ['text', 'notes\n', 'exists with other contents'],
    ['metrics of another command', `${LAST_SUCCESS}{command="prune hard",cluster=""} 1\n`, 'of regadm prune hard'],
    ['metrics of another cluster', `${LAST_SUCCESS}{command="prune images",cluster="b"} 1\n`, 'of another cluster, b'],
  ])('%s', async (_, content, message) => {
    writeFileSync(file, content);
    const before = stateOf(scene.sandbox);
    const { status, stdout, stderr } = await images();
    expect([status, JSON.parse(stdout)]).toEqual([4, expect.objectContaining({ code: 'FILE_EXISTS' })]);
    expect(stderr.match(/^error: .*/gm)).toEqual([expect.stringContaining(message)]);
    expect([text(), stateOf(scene.sandbox)]).toEqual([content, before]);
  });
});

test('a file that can no longer be written after the deletions is an error with exit status 1', async () => {
  mkdirSync(join(dir, 'gone'));
  file = join(dir, 'gone', 'a.prom');
  atFirstDeletion(() => rmSync(join(dir, 'gone'), { recursive: true }));
  const { status, stdout, stderr } = await images();
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'ImagePrune', failures: [] });
  expect(stderr).toMatch(/^error: cannot write the metrics file .*ENOENT/m);
  expect(stderr).toContain('the run itself ended with exit status 0; what it changed stays changed');
});

test.each([
  [['prune', 'images', '--from=/tmp'], '--from'],
  [['prune', 'hard', '--recover'], '--recover'],
])('%j has no metrics', async (args, flag) => {
  const { status, stderr } = await regadm([...args, '--metrics-file', file]);
  expect([status, readdirSync(dir)]).toEqual([1, []]);
  expect(stderr).toContain('--metrics-file');
  expect(stderr).toContain(flag);
});

describe('prune hard', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ sample: true, rolloutStepMs: 5 });
  });
  afterEach(() => sandbox.stop());

  const hard = (...args: string[]): Promise<Outcome> =>
    regadm(['prune', 'hard', '--metrics-file', file, '-o', 'json', ...args], { kubeconfig: sandbox.kubeconfig.admin });
  const amounts = (result: string): unknown[] => [
    objects('blob', result),
    objects('manifest_link', result),
    objects('repository', result),
    valueOf('regadm_prune_blob_bytes', { result }),
  ];
  const amountsOf = ({ stdout }: Outcome): unknown[] => {
    const { summary } = JSON.parse(stdout) as { summary: Record<string, number> };
    return [summary.blobs, summary.manifestLinks, summary.repositories, summary.bytes];
  };

  test.each([
    ['in a directory, dry run', true, [], 'would-delete'],
    ['in a directory', true, ['--confirm'], 'deleted'],
    ['in the pod', false, ['--rules=registry', '--confirm'], 'deleted'],
  ] as const)('%s: the amounts of its document', async (_, isMounted, args, result) => {
    const storage = ['--storage', sandbox.storageDir, '--keep-blobs-younger-than=0'];
    const run = await hard(...(isMounted ? storage : []), ...args);
    expect([run.status, valueOf(STATUS)]).toEqual([0, 0]);
    expect(amounts(result)).toEqual(amountsOf(run));
    expect(objects('blob', result)).toBeGreaterThan(0);
    expect(metrics()[0]!.labels.command).toBe('prune hard');
  });
});

describe('prune builds and prune deployments', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ sample: true, rolloutStepMs: 5 });
  });
  afterEach(() => sandbox.stop());

  const pruneObjects = (...args: string[]): Promise<Outcome> =>
    regadm(['prune', ...args, '--metrics-file', file, '-o', 'json'], { kubeconfig: sandbox.kubeconfig.admin });
  const countOf = ({ stdout }: Outcome, kind: string, status: string): number => {
    const { objects: all } = JSON.parse(stdout) as { objects: { kind: string; status: string }[] };
    return all.filter((one) => one.kind === kind && one.status === status).length;
  };

  test.each([
    [['builds', '--keep-complete=1', '--keep-failed=0', '--orphans'], [['Build', 'build']]],
    [['deployments', '--keep-complete=0', '--keep-failed=0'], [['ReplicationController', 'replication_controller']]],
    [
      ['deployments', '--keep-complete=0', '--replica-sets'],
      [
        ['ReplicationController', 'replication_controller'],
        ['ReplicaSet', 'replica_set'],
      ],
    ],
  ] as const)('%j: the amounts of its document', async (args, kinds) => {
    const dry = await pruneObjects(...args);
    expect([dry.status, valueOf('regadm_prune_dry_run'), valueOf(LAST_SUCCESS)]).toEqual([0, 1, 0]);
    for (const [kind, label] of kinds) {
      expect(countOf(dry, kind, 'would-delete')).toBeGreaterThan(0);
      expect(objects(label, 'would-delete')).toBe(countOf(dry, kind, 'would-delete'));
    }
    const run = await pruneObjects(...args, '--confirm');
    expect([run.status, valueOf(STATUS), valueOf('regadm_prune_dry_run')]).toEqual([0, 0, 0]);
    for (const [kind, label] of kinds) expect(objects(label, 'deleted')).toBe(countOf(run, kind, 'deleted'));
    expect(metrics()[0]!.labels.command).toBe(`prune ${args[0]}`);
    expect(valueOf('regadm_prune_freed_bytes')).toBeUndefined();
    expect(valueOf(LAST_SUCCESS)).toBeGreaterThan(0);
  });

  test('a deletion that fails, and a file of the other command', async () => {
    sandbox.addFault('DELETE /builds/ nth=1 => 403');
    const run = await pruneObjects('builds', '--keep-complete=1', '--keep-failed=0', '--confirm');
    expect([run.status, valueOf(STATUS), valueOf('regadm_prune_failures')]).toEqual([3, 3, 1]);
    expect([objects('build', 'failed'), valueOf(LAST_SUCCESS)]).toEqual([1, 0]);
    const before = text();
    expect((await pruneObjects('deployments', '--confirm')).status).toBe(4);
    expect(text()).toBe(before);
  });

  test.each([
    ['builds', '/builds/'],
    ['deployments', '/replicationcontrollers/'],
  ])('SIGTERM in prune %s', async (command, resource) => {
    let child!: ChildProcess;
    let isFirst = true;
    sandbox.onRequest(async ({ method, path }) => {
      if (method === 'DELETE' && path.includes(resource) && isFirst) {
        isFirst = false;
        await interrupt(child, 'SIGTERM');
      }
      return undefined;
    });
    const args = ['prune', command, '--keep-complete=0', '--num-workers=1', '--confirm', '--metrics-file', file];
    const options = {
      kubeconfig: sandbox.kubeconfig.admin,
      started: (started: ChildProcess) => void (child = started),
    };
    const { status } = await regadm(args, options);
    expect([status, valueOf(STATUS), valueOf(LAST_SUCCESS)]).toEqual([143, 143, 0]);
  });
});

test('registry status: the space, and what prunes would free', async () => {
  const { status, stdout } = await regadm(['registry', 'status', '--metrics-file', file, '-o', 'json'], {
    kubeconfig: scene.sandbox.kubeconfig.admin,
  });
  expect(status).toBe(0);
  const { space, freeable } = JSON.parse(stdout) as {
    space: Record<string, number>;
    freeable: { cells: { keepTagRevisions: number; keepYoungerThan: string; bytes: number }[] };
  };
  expect(valueOf('regadm_registry_images')).toBe(space.images);
  expect(valueOf('regadm_registry_blob_bytes')).toBe(space.bytes);
  for (const { keepTagRevisions, keepYoungerThan, bytes } of freeable.cells)
    expect(
      valueOf('regadm_registry_freeable_bytes', {
        keep_tag_revisions: String(keepTagRevisions),
        keep_younger_than: keepYoungerThan,
      }),
    ).toBe(bytes);
  expect(valueOf('regadm_prune_dry_run')).toBeUndefined();
  expect(valueOf(LAST_SUCCESS)).toBeGreaterThan(0);
});

test('docs/monitoring.md describes every metric, and its alerts use no others', async () => {
  const sandbox = await startSandbox({ sample: true });
  try {
    const names = new Set<string>();
    for (const args of [
      ['prune', 'images'],
      ['registry', 'status', '--storage', sandbox.storageDir],
    ]) {
      rmSync(file, { force: true });
      const { status } = await regadm([...args, '--metrics-file', file], { kubeconfig: sandbox.kubeconfig.admin });
      expect(status).toBe(0);
      for (const { name } of metrics()) names.add(name);
    }
    expect(valueOf('regadm_registry_read_only')).toBe(0);
    expect(valueOf('regadm_registry_ready_replicas')).toBe(1);
    expect(valueOf('regadm_registry_storage_bytes')).toBe(100 * 2 ** 30);
    // Only Swift has segments that can be left over.
    names.add('regadm_registry_leftover_bytes');
    const described = readFileSync('docs/monitoring.md', 'utf8').match(/\bregadm_[a-z_]+/g);
    expect([...new Set(described)].sort()).toEqual([...names].sort());
  } finally {
    await sandbox.stop();
  }
});
