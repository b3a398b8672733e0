import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { runCli, type CliResult } from '../support/cli.js';
import { countedChanges, documentOf, registryFiles, storedBlobs, trashedBlobs } from '../support/online-prune.js';
import { regadm } from '../support/regadm.js';
import { temporaryDirectory } from '../support/storage-tree.js';

/** The run is ended at every STEP-th change of a file in the storage. KILL_STEP=1 tries all of them. */
const STEP = Number(process.env.KILL_STEP ?? 43);
const PRELOAD = pathToFileURL(join(import.meta.dirname, '../support/preload/fail-at-change.js')).href;

let sandbox: Sandbox;
/** What a hard prune in read-only mode leaves. */
let goal: string[];
/** All blobs before the first run. */
let blobs: string[];

const args = (storage: string, ...more: string[]): string[] => [
  ...['prune', 'hard', '--storage', storage, '--read-only=skip', '--keep-blobs-younger-than=0', '--dangling-links'],
  ...['--confirm', '-o', 'json', ...more],
];
const ONLINE = ['--online', '--grace=0', '--recheck-after=0'];
const run = (storage: string): Promise<CliResult> =>
  regadm(args(storage, ...ONLINE), { kubeconfig: sandbox.kubeconfig.admin });

/** Runs until change `number` of a file in the storage, and then does `action`. */
function runUntil(storage: string, number: number, action: string, counter: string): Promise<CliResult> {
  const env = {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    ...{ CHANGES_BELOW: storage, CHANGE_NUMBER: String(number), CHANGE_ACTION: action, CHANGES_FILE: counter },
  };
  return runCli(args(storage, ...ONLINE), { kubeconfig: sandbox.kubeconfig.admin, env });
}

/** Copies the storage; with `marked`, after a run that has marked what is unused. */
async function aStorage(isMarked: boolean): Promise<string> {
  const storage = join(temporaryDirectory(), 'storage');
  cpSync(sandbox.storageDir, storage, { recursive: true });
  if (isMarked) expect((await run(storage)).status).toBe(0);
  return storage;
}

beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
  blobs = storedBlobs(sandbox.storageDir);
  const storage = await aStorage(false);
  const options = { kubeconfig: sandbox.kubeconfig.admin };
  expect((await regadm(args(storage), options)).status).toBe(0);
  goal = registryFiles(storage);
});
afterAll(() => sandbox.stop());

describe.each([
  ['marks', false],
  ['moves', true],
])('a run that %s blobs', (_what, isMarked) => {
  test.each(['kill', 'ENOSPC'])(
    'and ends at any change (%s) loses nothing, and later runs finish it',
    async (action) => {
      const counter = join(temporaryDirectory(), 'changes');
      const undisturbed = await runUntil(await aStorage(isMarked), 0, action, counter);
      expect(undisturbed.status).toBe(0);
      const changes = countedChanges(counter);
      expect(changes).toBeGreaterThan(20);
      for (let number = 1; number <= changes; number += STEP) {
        const storage = await aStorage(isMarked);
        const ended = await runUntil(storage, number, action, counter);
        if (action === 'kill') expect([number, ended.signal]).toEqual([number, 'SIGKILL']);
        else expect([number, ended.stderr]).not.toEqual([number, expect.stringMatching(/INTERNAL|bug in regadm/)]);
        expect(goal.filter((file) => !registryFiles(storage).includes(file))).toEqual([]);
        expect([...new Set([...storedBlobs(storage), ...trashedBlobs(storage)])].sort()).toEqual(blobs);
        for (let night = 0; night < 3; night++) {
          const { status, stderr, stdout } = await run(storage);
          expect([number, night, status, stderr]).toEqual([number, night, 0, expect.not.stringContaining('error')]);
          if (night > 0 && documentOf({ stdout }).summary.blobs === 0) break;
        }
        expect([number, registryFiles(storage)]).toEqual([number, goal]);
        expect([...storedBlobs(storage), ...trashedBlobs(storage)].sort()).toEqual(blobs);
      }
    },
  );
});
