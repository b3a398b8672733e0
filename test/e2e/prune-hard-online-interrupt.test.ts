import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { abandonedLease, LEASE_ANNOTATION } from '../support/abandoned-lease.js';
import { runCli, type CliResult } from '../support/cli.js';
import { actOnce, runIn } from '../support/guarded.js';
import { documentOf, trashedBlobs } from '../support/online-prune.js';
import { filesBelow } from '../support/storage-tree.js';

let sandbox: Sandbox;
beforeEach(async () => void (sandbox = await startSandbox({ sample: true, replicas: 2 })));
afterEach(() => sandbox.stop());

const args = (...more: string[]): string[] => [
  ...['prune', 'hard', `--storage=${sandbox.storageDir}`, '--online', '--confirm', '-o', 'json'],
  ...['--keep-blobs-younger-than=0', '--grace=0', ...more],
];
const online = (...more: string[]): Promise<CliResult> => runIn(sandbox, args('--recheck-after=0', ...more));
const pass = async (...more: string[]) => {
  const result = await online(...more);
  expect([result.status, result.stderr]).toEqual([0, expect.not.stringContaining('error')]);
  return documentOf(result);
};

/** Starts a run, and sends it a signal when it reports a step. */
async function interruptAt(step: string, signal: NodeJS.Signals, ...more: string[]): Promise<CliResult> {
  let [seen, sent] = ['', false];
  return runCli(args(...more), {
    kubeconfig: sandbox.kubeconfig.admin,
    onStderr: (text, child) => {
      seen += text;
      if (!sent && seen.includes(step)) sent = child.kill(signal);
    },
  });
}

/** Returns whether the file of the lease names a holder. */
function isHeld(): boolean {
  const files = filesBelow(join(sandbox.storageDir, 'regadm')).filter((file) => file.includes('lease.json'));
  expect(files.length).toBeGreaterThan(0);
  return files.some((file) => readFileSync(join(sandbox.storageDir, 'regadm', file), 'utf8').includes('"holder"'));
}

/** Locks the registry, as a hard prune in read-only mode does. @param at when it has renewed the lock */
function lockRegistry(at: string): void {
  const config = sandbox.store.get('configs', 'cluster')!;
  const lock = JSON.stringify({ ...abandonedLease(), startedAt: at, renewedAt: at });
  const annotations = { ...config.metadata.annotations, [LEASE_ANNOTATION]: lock };
  sandbox.store.put('configs', { ...config, metadata: { ...config.metadata, annotations } });
}

test.each([
  ['SIGINT', 130, 'restarting the registry …', '--recheck-after=0'],
  ['SIGTERM', 143, 'waiting until', '--recheck-after=10m'],
] as const)('%s ends a run with status %i at "%s": the next run continues', async (signal, status, step, wait) => {
  const ended = await interruptAt(step, signal, wait);
  expect([ended.status, ended.stderr]).toEqual([status, expect.stringContaining('the next run continues')]);
  expect(isHeld()).toBe(false);
  const { marked, summary } = documentOf(ended);
  expect(summary.marked).toBeGreaterThan(0);
  expect(marked!.every((blob) => blob.status === 'marked')).toBe(true);
  // Those of the first run are complete if the registry was restarted before.
  const documents = [await pass(), await pass()];
  expect(documents.map((document) => document.summary.marked)).toEqual([0, 0]);
  expect(trashedBlobs(sandbox.storageDir)).toEqual(marked!.map(({ digest }) => digest.slice(7)).sort());
});

test('SIGINT before anything was changed: nothing is marked, and the lease is released', async () => {
  const ended = await interruptAt('finding unused data …', 'SIGINT', '--recheck-after=0');
  expect([ended.status, JSON.parse(ended.stdout)]).toEqual([130, expect.objectContaining({ code: 'INTERRUPTED' })]);
  expect(isHeld()).toBe(false);
  expect((await pass()).summary.marked).toBeGreaterThan(0);
});

describe('a hard prune in read-only mode locks the registry', () => {
  const expectRefused = async (code: string): Promise<void> => {
    const { status, stdout } = await online();
    expect([status, JSON.parse(stdout)]).toEqual([4, expect.objectContaining({ code })]);
    expect(filesBelow(sandbox.storageDir).filter((file) => file.endsWith('marks.json.gz'))).toEqual([]);
  };

  test('and was killed: an online run is refused', async () => {
    lockRegistry('2020-01-01T00:00:00Z');
    await expectRefused('HARD_PRUNE_UNFINISHED');
  });

  test('just after an online run has looked: this is refused, and changes nothing', async () => {
    const isAfterLook = ({ path }: { path: string }): boolean => path.includes('/pods');
    actOnce(sandbox, isAfterLook, () => lockRegistry(new Date().toISOString()));
    await expectRefused('HARD_PRUNE_UNDERWAY');
  });
});

test('a run that is killed while the registry restarts is finished by the next one', async () => {
  const killed = new AbortController();
  const isRestart = ({ method, path }: { method: string; path: string }): boolean =>
    method === 'PATCH' && path.includes('/deployments/');
  actOnce(sandbox, isRestart, () => killed.abort());
  const options = { kubeconfig: sandbox.kubeconfig.admin, signal: killed.signal };
  expect((await runCli(args('--recheck-after=0'), options)).signal).toBe('SIGKILL');
  const [second, third] = [await pass(), await pass()];
  const moved = [...second.blobs, ...third.blobs].map(({ digest }) => digest.slice(7)).sort();
  expect(moved.length).toBeGreaterThan(0);
  expect(trashedBlobs(sandbox.storageDir)).toEqual(moved);
});

describe('--no-restart', () => {
  const restarts = (): number =>
    sandbox.requests.filter(({ method, path }) => method === 'PATCH' && path.includes('/deployments/')).length;

  test('moves what was marked only after another user has restarted the registry', async () => {
    const { waiting, marked } = await pass('--no-restart');
    expect(marked!.length).toBeGreaterThan(0);
    expect(waiting).toEqual({ blobs: marked!.length, bytes: expect.any(Number), incomplete: marked!.length });
    expect((await pass('--no-restart')).blobs).toEqual([]);
    expect(restarts()).toBe(0);
    expect((await runIn(sandbox, ['registry', 'restart'])).status).toBe(0);
    expect((await pass('--no-restart')).blobs).toHaveLength(marked!.length);
    // What ran when they moved still runs.
    expect((await pass('--no-restart', '--trash-keep=0')).purged).toEqual([]);
    expect((await runIn(sandbox, ['registry', 'restart'])).status).toBe(0);
    expect((await pass('--no-restart', '--trash-keep=0')).purged).toHaveLength(marked!.length);
  });
});
