import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ChildProcess } from 'node:child_process';
import type { RequestInfo, SandboxOptions } from '../../src/sandbox/index.js';
import type { CliResult } from '../support/cli.js';
import {
  missingParts,
  stateOf,
  unplannedLosses,
  falseClaims,
  type PruneDocument,
  type State,
} from '../support/cluster-checks.js';
import { aScene, CONFIRM, prune, pruneInProcess, type Scene } from '../support/prune-scene.js';

/** The run is killed at every STEP-th request. KILL_STEP=1 tries all of them. */
const STEP = Number(process.env.KILL_STEP ?? 10);
/** Maximum number of requests of a run without faults. */
const MAX_REQUESTS = 200;

let plan: PruneDocument;
let undisturbed: State;
/** Number of requests of a run without faults. */
let requests: number;
let scene: Scene;
let before: State;

beforeAll(async () => {
  const twin = await aScene();
  plan = (await pruneInProcess(twin, { dryRun: true })).document;
  const sent = twin.sandbox.requests.length;
  await pruneInProcess(twin);
  requests = twin.sandbox.requests.length - sent;
  undisturbed = stateOf(twin.sandbox);
  await twin.sandbox.stop();
});
afterEach(() => scene.sandbox.stop());

async function begin(options: SandboxOptions = {}): Promise<void> {
  scene = await aScene(options);
  before = stateOf(scene.sandbox);
}

const documentOf = ({ stdout }: CliResult): PruneDocument => JSON.parse(stdout) as PruneDocument;
const changes = ({ method, path: at }: RequestInfo): boolean =>
  (method === 'PUT' || method === 'DELETE') && !at.includes('reviews');

/** Expects what must be true after every fault. */
function expectConsistent(): void {
  const planned = plan.images.map(({ name }) => name);
  expect(missingParts(scene.sandbox, planned)).toEqual([]);
  expect(unplannedLosses(before, stateOf(scene.sandbox), plan)).toEqual([]);
}

/** Runs again as another user, and expects the result of a run without faults. */
async function expectNextRunFinishes(): Promise<void> {
  const { document } = await pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig.pruner });
  expect(document.failures).toEqual([]);
  expect(stateOf(scene.sandbox)).toEqual(undisturbed);
}

/** Calls `act` at the n-th matching request, before the sandbox handles it. */
function atRequest(n: number, matches: (request: RequestInfo) => boolean, act: () => void | Promise<void>): void {
  let count = 0;
  scene.sandbox.onRequest(async (request) => {
    if (matches(request) && ++count === n) await act();
  });
}

test('a run without faults reports what it does, and the next one finds nothing', async () => {
  await begin();
  const run = await prune(scene, [...CONFIRM, '-v', '4']);
  expect(run.status).toBe(0);
  expect(run.stderr).toMatch(/the oldest look at the cluster that a deletion rested on was \d+\.\d{3} s old/);
  expect(falseClaims(documentOf(run), before, scene.sandbox)).toEqual([]);
  expectConsistent();
  expect(missingParts(scene.sandbox)).toEqual([]);
  expect(stateOf(scene.sandbox)).toEqual(undisturbed);
  const { document } = await pruneInProcess(scene);
  expect(document.summary).toMatchObject({ images: 0, imageStreams: 0, blobs: 0, layerLinks: 0 });
});

describe('kill -9, then a run from another machine', () => {
  const positions = Array.from({ length: Math.floor(MAX_REQUESTS / STEP) }, (_, index) => (index + 1) * STEP);

  test.each(positions)('at request %i', async (at) => {
    await begin();
    let child: ChildProcess | undefined;
    atRequest(
      at,
      () => true,
      () => void child?.kill('SIGKILL'),
    );
    const run = await prune(scene, CONFIRM, { started: (started) => (child = started) });
    // A run can end before the last positions.
    if (run.signal !== 'SIGKILL') expect(run.status).toBe(0);
    expectConsistent();
    await expectNextRunFinishes();
  });

  test('the positions cover the whole run', async () => {
    await begin();
    expect(requests).toBeLessThanOrEqual(MAX_REQUESTS);
  });
});

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: requests in flight finish, and the summary reports what was done', async (signal, status) => {
    await begin();
    let child: ChildProcess | undefined;
    atRequest(20, changes, () => void child?.kill(signal));
    const run = await prune(scene, CONFIRM, { started: (started) => (child = started) });
    expect(run.status).toBe(status);
    expect(run.stderr).toContain('Interrupted: finishing requests in flight, then stopping.');
    const document = documentOf(run);
    expect(document.interrupted).toBe(true);
    expect(document.summary.skipped).toBeGreaterThan(0);
    expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
    expectConsistent();
    await expectNextRunFinishes();
  });

  test('SIGINT while listing: nothing is changed', async () => {
    await begin();
    let child: ChildProcess | undefined;
    atRequest(
      3,
      () => true,
      () => void child?.kill('SIGINT'),
    );
    scene.sandbox.addFault('GET /pods => slow=500');
    const run = await prune(scene, CONFIRM, { started: (started) => (child = started) });
    expect(run.status).toBe(130);
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'Error', code: 'INTERRUPTED' });
    expect(stateOf(scene.sandbox)).toEqual(before);
  });

  test('a second SIGINT ends at once', async () => {
    await begin();
    let child: ChildProcess | undefined;
    let release = (): void => {};
    // The server no longer responds, so only a second signal ends the run.
    scene.sandbox.onRequest((request) =>
      changes(request) && stateOf(scene.sandbox).layerLinks.length < before.layerLinks.length
        ? { do: 'hang' }
        : undefined,
    );
    const run = await prune(scene, CONFIRM, {
      started: (started) => {
        child = started;
        const twice = setInterval(() => {
          if (stateOf(scene.sandbox).layerLinks.length < before.layerLinks.length) child?.kill('SIGINT');
        }, 300);
        release = () => clearInterval(twice);
      },
    });
    release();
    expect(run.status).toBe(130);
    expectConsistent();
  });
});

test('two concurrent runs both succeed', async () => {
  await begin();
  const runs = await Promise.all([
    prune(scene, CONFIRM),
    prune(scene, CONFIRM, { kubeconfig: scene.sandbox.kubeconfig.pruner }),
  ]);
  expect(runs.map(({ status, stderr }) => [status, /^error:/m.test(stderr)])).toEqual([
    [0, false],
    [0, false],
  ]);
  for (const run of runs) expect(falseClaims(documentOf(run), before, scene.sandbox)).toEqual([]);
  expectConsistent();
  expect(stateOf(scene.sandbox)).toEqual(undisturbed);
});

test.each([5, 25, 45])('the token expires after %i changes', async (after) => {
  await begin();
  let expired = false;
  let count = 0;
  scene.sandbox.onRequest((request) => {
    if (changes(request)) count++;
    return expired || count > after
      ? ((expired = count > 0), count > 0 ? { do: 'status', status: 401 } : undefined)
      : undefined;
  });
  const run = await prune(scene);
  expect(run.status).toBe(3);
  const document = documentOf(run);
  expect(document.failures.map(({ message }) => message).join()).toMatch(/401|Unauthorized|log in/);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
  expectConsistent();
  expired = false;
  count = -1_000_000;
  await expectNextRunFinishes();
});

test('the registry is down for ten seconds', async () => {
  await begin();
  let gone = false;
  scene.sandbox.onRequest(({ method, path: at }) => {
    if (gone || method !== 'DELETE' || !plan.layerLinks.some(({ digest }) => at.endsWith(digest))) return;
    gone = true;
    scene.sandbox.addFault('registry-gone=10');
  });
  const run = await prune(scene);
  expect(gone).toBe(true);
  expect(falseClaims(documentOf(run), before, scene.sandbox)).toEqual([]);
  expect(documentOf(run).failures).toEqual([]);
  expect(run.status).toBe(0);
  expect(stateOf(scene.sandbox)).toEqual(undisturbed);
});

test.each([-1, 1])('the clocks differ by ten minutes (%i)', async (direction) => {
  await begin({ now: Date.now() + direction * 600_000 });
  const run = await prune(scene);
  expect(run.status).toBe(0);
  expect(run.stderr).toMatch(/clock/);
  expect(stateOf(scene.sandbox)).toEqual(undisturbed);
});

test('the continue token of a list expires three times', async () => {
  await begin({ pageLimitMax: 3 });
  scene.sandbox.addFault('GET [?&]continue= times=3 => expired');
  const run = await prune(scene);
  expect(run.status).toBe(0);
  expect(stateOf(scene.sandbox)).toEqual(undisturbed);
});

describe('the audit log', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), 'regadm-audit-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  test('has a line for every deletion and update', async () => {
    await begin();
    const file = path.join(dir, 'audit.jsonl');
    const run = await prune(scene, [...CONFIRM, '--audit-log', file]);
    expect(run.status).toBe(0);
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { action: string; time: string; name?: string });
    const count = (action: string): number => lines.filter((line) => line.action === action).length;
    const { summary } = documentOf(run);
    expect([lines[0]!.action, lines.at(-1)!.action]).toEqual(['start', 'end']);
    expect([
      count('delete-image'),
      count('delete-blob'),
      count('delete-layer-link'),
      count('delete-manifest-link'),
      count('update-image-stream'),
    ]).toEqual([summary.images, summary.blobs, summary.layerLinks, summary.manifestLinks, summary.imageStreams]);
  });

  test('full disk: nothing is changed', async () => {
    await begin();
    const run = await prune(scene, [...CONFIRM, '--audit-log', '/dev/full']);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('cannot write the audit log /dev/full');
    expect(stateOf(scene.sandbox)).toEqual(before);
  });

  test('the disk fills up during the run: it stops before the next deletion', async () => {
    await begin();
    const file = path.join(dir, 'audit.jsonl');
    const args = [...CONFIRM, '--num-workers=1', '--audit-log', file];
    const run = await prune(scene, args, { shell: 'trap "" XFSZ; ulimit -f 4; exec "$@"' });
    expect(run.status).toBe(3);
    const document = documentOf(run);
    expect(document.failures.map(({ message }) => message).join()).toContain('cannot write the audit log');
    expect(document.summary.skipped).toBeGreaterThan(0);
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'));
    const done =
      document.summary.layerLinks +
      document.summary.manifestLinks +
      document.summary.blobs +
      document.summary.images +
      document.summary.imageStreams;
    // It has a line for the start, and one for each deletion but the last.
    expect(lines.length - 1).toBe(done - 1);
    expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
    expectConsistent();
    await expectNextRunFinishes();
  });
});
