import { cpSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { runCli, type CliResult } from '../support/cli.js';
import { countedChanges, registryFiles, storedBlobs, trashedBlobs } from '../support/online-prune.js';
import { regadm } from '../support/regadm.js';
import { temporaryDirectory } from '../support/storage-tree.js';

/**
 * The run is killed at every STEP-th change of a file in the storage, of about 90. KILL_STEP=1 tries all of them, which
 * needs a longer time limit on a busy machine: --testTimeout=7200000.
 */
const STEP = Number(process.env.KILL_STEP ?? 43);
const PRELOAD = pathToFileURL(join(import.meta.dirname, '../support/preload/fail-at-change.js')).href;

let sandbox: Sandbox;
/** The registry's files before anything is moved, and after. */
let before: string[];
let goal: string[];
let blobs: string[];
/** A storage whose unused blobs are in the trash. */
let moved: string;

const pruneArgs = (storage: string): string[] => [
  ...['prune', 'hard', '--trash', '--storage', storage, '--read-only=skip', '--keep-blobs-younger-than=0'],
  ...['--confirm', '-o', 'json'],
];
const restoreArgs = (storage: string): string[] => [
  'trash',
  'restore',
  '--storage',
  storage,
  '--confirm',
  '-o',
  'json',
];

function copyOf(original: string): string {
  const storage = join(temporaryDirectory(), 'storage');
  cpSync(original, storage, { recursive: true });
  return storage;
}

/** Runs a command line, which must succeed. */
async function finish(args: string[]): Promise<void> {
  const { status, stderr } = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('error') as string });
}

function killAt(
  args: string[],
  storage: string,
  number: number,
  { counter, like = '' }: { counter?: string; like?: string } = {},
): Promise<CliResult> {
  const env = {
    CHANGE_LIKE: like,
    NODE_OPTIONS: `--import=${PRELOAD}`,
    ...{ CHANGES_BELOW: storage, CHANGE_NUMBER: String(number), CHANGE_ACTION: 'kill', CHANGES_FILE: counter ?? '' },
  };
  return runCli(args, { kubeconfig: sandbox.kubeconfig.admin, env });
}

/** Kills runs at changes of the storage, and looks at what they leave. */
async function killEverywhere(
  original: string,
  argsFor: (storage: string) => string[],
  check: (storage: string) => Promise<void>,
): Promise<void> {
  const counter = join(temporaryDirectory(), 'changes');
  const whole = copyOf(original);
  expect((await killAt(argsFor(whole), whole, 0, { counter })).status).toBe(0);
  const changes = countedChanges(counter);
  expect(changes).toBeGreaterThan(20);
  for (let number = 1; number <= changes; number += STEP) {
    const storage = copyOf(original);
    expect((await killAt(argsFor(storage), storage, number)).signal).toBe('SIGKILL');
    expect([...new Set([...storedBlobs(storage), ...trashedBlobs(storage)])].sort()).toEqual(blobs);
    await check(storage);
  }
}

beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
  before = registryFiles(sandbox.storageDir);
  blobs = storedBlobs(sandbox.storageDir);
  moved = copyOf(sandbox.storageDir);
  await finish(pruneArgs(moved));
  goal = registryFiles(moved);
});
afterAll(() => sandbox.stop());

test('prune hard --trash is killed at any change: the next run finishes it, and everything can be restored', () =>
  killEverywhere(sandbox.storageDir, pruneArgs, async (storage) => {
    const undone = copyOf(storage);
    await finish(restoreArgs(undone));
    expect(before.filter((file) => !registryFiles(undone).includes(file) && isWhole(file))).toEqual([]);
    await finish(pruneArgs(storage));
    expect(registryFiles(storage)).toEqual(goal);
    expect([...storedBlobs(storage), ...trashedBlobs(storage)].sort()).toEqual(blobs);
    await finish(restoreArgs(storage));
    expect(before.filter((file) => !registryFiles(storage).includes(file))).toEqual([]);
  }));

test('trash restore is killed at any change: the next run finishes it', () =>
  killEverywhere(moved, restoreArgs, async (storage) => {
    await finish(restoreArgs(storage));
    expect(before.filter((file) => !registryFiles(storage).includes(file))).toEqual([]);
    expect(trashedBlobs(storage)).toEqual([]);
  }));

test('trash restore leaves nothing next to a link while which it is killed', async () => {
  const storage = copyOf(moved);
  const killed = await killAt(restoreArgs(storage), storage, 3, { like: 'link .*_layers/.*/link$' });
  expect(killed.signal).toBe('SIGKILL');
  const temporaries = (): string[] =>
    readdirSync(storage, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tmp'));
  expect(temporaries()).not.toEqual([]);
  expect(temporaries().filter((file) => !file.startsWith('regadm/tmp/'))).toEqual([]);
  for (const file of temporaries()) utimesSync(join(storage, file), 1_700_000_000, 1_700_000_000);
  await finish(restoreArgs(storage));
  expect(temporaries()).toEqual([]);
  expect(before.filter((file) => !registryFiles(storage).includes(file))).toEqual([]);
});

/** Links to blobs that are marked, and still in their place, come back with their marks only. */
const isWhole = (file: string): boolean => file.endsWith('/data');
