import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HardPruneDocument } from '../../src/core/hard-prune/output/document-type.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { runCli, type CliResult } from '../support/cli.js';
import {
  documentOf,
  recordedChanges,
  registryFiles,
  storedBlobs,
  trashedBlobs,
  useInStream,
} from '../support/online-prune.js';
import { regadm } from '../support/regadm.js';
import { filesBelow, temporaryDirectory } from '../support/storage-tree.js';

/**
 * Runs end at one change of each kind. With KILL_STEP=N, others end in addition at every N-th change of a file. All of
 * them take minutes on an idle machine, and hours on a busy one, so the time limit must be longer:
 * KILL_STEP=1 npm test -- test/e2e/prune-hard-online-kill.test.ts --testTimeout=7200000
 */
const STEP = Number(process.env.KILL_STEP ?? 0);
const PRELOAD = pathToFileURL(join(import.meta.dirname, '../support/preload/fail-at-change.js')).href;

let sandbox: Sandbox;
/** All blobs before the first run. */
let blobs: string[];
/** What a hard prune in read-only mode leaves. */
let goal: string[];

const args = (storage: string, ...more: string[]): string[] => [
  ...['prune', 'hard', '--storage', storage, '--keep-blobs-younger-than=0', '--dangling-links'],
  ...['--confirm', '-o', 'json', ...more],
];
const ONLINE = ['--online', '--grace=0', '--recheck-after=0'];
const run = (storage: string, ...more: string[]): Promise<CliResult> =>
  regadm(args(storage, ...ONLINE, ...more), { kubeconfig: sandbox.kubeconfig.admin });

interface Ending {
  /** Which of the changes that are `like` this. */
  number: number;
  like?: string;
  action: string;
  counter?: string;
}

/** Runs until a change of a file in the storage, and then does `action`. */
function runUntil(
  storage: string,
  { number, like = '', action, counter }: Ending,
  more: readonly string[] = [],
): Promise<CliResult> {
  const env = {
    ...{ NODE_OPTIONS: `--import=${PRELOAD}`, CHANGES_BELOW: storage },
    ...{ CHANGE_NUMBER: String(number), CHANGE_LIKE: like, CHANGE_ACTION: action },
    ...(counter === undefined ? {} : { CHANGES_FILE: counter }),
  };
  return runCli(args(storage, ...ONLINE, ...more), { kubeconfig: sandbox.kubeconfig.admin, env });
}

function aCopy(): string {
  const storage = join(temporaryDirectory(), 'storage');
  cpSync(sandbox.storageDir, storage, { recursive: true });
  return storage;
}

async function pruneOffline(): Promise<string[]> {
  const storage = aCopy();
  const options = { kubeconfig: sandbox.kubeconfig.admin };
  expect((await regadm(args(storage, '--read-only=skip'), options)).status).toBe(0);
  return registryFiles(storage);
}

beforeEach(async () => {
  sandbox = await startSandbox({ sample: true, replicas: 2 });
  blobs = storedBlobs(sandbox.storageDir);
  goal = await pruneOffline();
});
afterEach(() => sandbox.stop());

/** Expects that nothing that is in use has left its place, except to the trash. */
function expectNothingLost(storage: string, what: string): void {
  const left = registryFiles(storage);
  expect([what, goal.filter((file) => !left.includes(file))]).toEqual([what, []]);
}

/** Expects that all blobs exist, in their places or in the trash. */
function expectAllBlobs(storage: string, what: string): void {
  expect([what, [...new Set([...storedBlobs(storage), ...trashedBlobs(storage)])].sort()]).toEqual([what, blobs]);
}

/** Runs until nothing is left to do, and expects what a hard prune in read-only mode leaves. */
async function expectFinished(storage: string, what: string, ...more: string[]): Promise<HardPruneDocument[]> {
  const documents: HardPruneDocument[] = [];
  for (let night = 0; night < 4; night++) {
    const { status, stderr, stdout } = await run(storage, ...more);
    expect([what, night, status, stderr]).toEqual([what, night, 0, expect.not.stringContaining('error')]);
    documents.push(documentOf({ stdout }));
    const { summary, waiting } = documents.at(-1)!;
    // A run that only restarts the registry for the marks of a killed one leaves the moves to the next one.
    if (summary.blobs + summary.marked! + summary.purged! + waiting!.blobs === 0) break;
  }
  expect([what, registryFiles(storage)]).toEqual([what, goal]);
  return documents;
}

/** Before which change a run ends: the n-th that is like this. */
type Point = [like: string, number?: number];

const MARKING: Point[] = [
  ['^link .*/lease'],
  ['^link .*/marks'],
  ['^link .*/links/'],
  ['^unlink docker/.*_manifests/.*link$', 2],
  ['^unlink docker/.*_layers/.*link$', 2],
  // After the links were removed: one save, and in the middle of the next.
  ['^open regadm/versions/marks', 2],
  ['^rename regadm/versions/marks', 8],
  // The release of the lease, at the end of a run that has completed the marks.
  ['^open regadm/versions/lease', 2],
];
const MOVING: Point[] = [['^link .*/journal/'], ['^rename docker/.*/blobs/', 3], ['^open regadm/versions/marks']];
const MOVING_BACK: Point[] = [
  ['^link regadm/trash/.* docker/'],
  ['^unlink regadm/trash/.*/data$'],
  ['^link regadm/tmp/.* docker/.*/link$'],
];
const PURGING: Point[] = [
  // The save of the recheck: later saves follow the deletion of the last blob, which is then not repeated.
  ['^open regadm/versions/marks'],
  ['^unlink regadm/trash/.*/data$', 3],
  // Records of removed links stay for a day, so no run deletes them here.
  ['^unlink regadm/trash/.*/journal/'],
];

test('runs of which each is killed at another kind of change lose nothing, and later ones finish', async () => {
  const storage = aCopy();
  const kill = async ([like, number = 1]: Point, ...more: string[]): Promise<void> => {
    const { signal, stderr } = await runUntil(storage, { number, like, action: 'kill' }, more);
    expect([like, signal, stderr]).toEqual([like, 'SIGKILL', stderr]);
    expectNothingLost(storage, like);
  };
  for (const point of [...MARKING, ...MOVING]) {
    await kill(point);
    expectAllBlobs(storage, point[0]);
  }
  await expectFinished(storage, 'moving');
  expectAllBlobs(storage, 'moving');

  useInStream(sandbox, trashedManifest(storage));
  for (const point of MOVING_BACK) {
    await kill(point);
    expectAllBlobs(storage, point[0]);
  }
  goal = await pruneOffline();
  await expectFinished(storage, 'moving back');
  expectAllBlobs(storage, 'moving back');

  for (const point of PURGING) await kill(point, '--trash-keep=0');
  await expectFinished(storage, 'purging', '--trash-keep=0');
  expect(trashedBlobs(storage)).toEqual([]);
});

test.each<[string, RegExp, { marking: Point[]; moving: Point[] }]>([
  [
    'EIO',
    /EIO/,
    {
      marking: [['^link .*/links/'], ['^unlink docker/.*_layers/.*link$']],
      moving: [['^open regadm/versions/marks']],
    },
  ],
  ['ENOSPC', /is full/, { marking: [['^link .*/marks']], moving: [['^link .*/journal/']] }],
])('runs that fail (%s) report it, and later ones finish', async (action, message, { marking, moving }) => {
  const storage = aCopy();
  const fail = async ([like, number = 1]: Point): Promise<void> => {
    const { status, stderr, stdout } = await runUntil(storage, { number, like, action });
    const text = stderr + stdout;
    expect([like, status, text]).toEqual([like, expect.any(Number), expect.stringMatching(message)]);
    expect([like, status, text]).not.toEqual([like, 0, expect.anything()]);
    // Marks that are not in the file do not wait for anything.
    if (like === '^link .*/marks') expect(text).not.toContain('"waiting"');
    expect([like, text]).not.toEqual([like, expect.stringMatching(/INTERNAL|bug in regadm/)]);
    expectNothingLost(storage, like);
    expectAllBlobs(storage, like);
  };
  for (const point of marking) await fail(point);
  expect((await run(storage)).status).toBe(0);
  for (const point of moving) await fail(point);
  await expectFinished(storage, action);
  expectAllBlobs(storage, action);
});

/** Returns the digest of a manifest in the trash. */
function trashedManifest(storage: string): string {
  const file = filesBelow(storage).find((name) => {
    if (!/regadm\/trash\/.*\/data$/.test(name)) return false;
    const content = readFileSync(join(storage, name), 'utf8');
    return content.startsWith('{') && content.includes('"layers"');
  });
  return `sha256:${file!.split('/').at(-2)!}`;
}

if (STEP > 0)
  describe.each([
    ['marks', false],
    ['moves', true],
  ])('a run that %s blobs', (_what, isMarked) => {
    test.each(['kill', 'ENOSPC', 'EIO'])(
      'and ends at any change (%s) loses nothing, and later runs finish it',
      async (action) => {
        const prepared = async (): Promise<string> => {
          const storage = aCopy();
          if (isMarked) expect((await run(storage)).status).toBe(0);
          return storage;
        };
        const counter = join(temporaryDirectory(), 'changes');
        expect((await runUntil(await prepared(), { number: 0, action, counter })).status).toBe(0);
        const changes = recordedChanges(counter);
        for (let number = 1; number <= changes.length; number += STEP) {
          const what = `${number} ${changes[number - 1]}`;
          const storage = await prepared();
          const ended = await runUntil(storage, { number, action });
          if (action === 'kill') expect([what, ended.signal]).toEqual([what, 'SIGKILL']);
          else expect([what, ended.stderr]).not.toEqual([what, expect.stringMatching(/INTERNAL|bug in regadm/)]);
          expectNothingLost(storage, what);
          expectAllBlobs(storage, what);
          await expectFinished(storage, what);
          expectAllBlobs(storage, what);
        }
      },
    );
  });
