import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { schemaProblems } from '../support/json-schema.js';
import { filesBelow } from '../support/storage-tree.js';
import { regadm, type Outcome } from '../support/regadm.js';

interface Entry {
  digest: string;
  status: string;
  repositories: string[];
  reason?: string;
}
interface Document {
  dryRun: boolean;
  summary: Record<string, number>;
  blobs: Entry[];
  trashed?: Entry[];
  unmarked: Entry[];
  images: { digest: string; whole: boolean; repositories: string[]; problems: { digest: string; message: string }[] }[];
  failures: { target: string; message: string }[];
  warnings: string[];
}

let sandbox: Sandbox;
beforeEach(async () => void (sandbox = await startSandbox({ sample: true })));
afterEach(() => sandbox.stop());

const run = (...args: string[]): Promise<Outcome> => regadm(args, { kubeconfig: sandbox.kubeconfig.admin });
const storage = (): string => `--storage=${sandbox.storageDir}`;
const trash = (verb: string, ...args: string[]): Promise<Outcome> =>
  verb === 'purge' ? run('trash', verb, storage(), ...args) : regadm(['trash', verb, storage(), ...args]);
const prune = (...args: string[]): Promise<Outcome> =>
  run('prune', 'hard', storage(), '--keep-blobs-younger-than=0', '-o', 'json', ...args);
const documentOf = ({ stdout }: Outcome): Document => JSON.parse(stdout) as Document;
/** What the registry sees, without empty directories. */
const registryFiles = (): string[] =>
  filesBelow(join(sandbox.storageDir, 'docker')).filter((file) => !file.endsWith('/'));

/** Moves everything unused to the trash. */
async function moveUnused(): Promise<Document> {
  const result = await prune('--trash', '--confirm');
  expect(result.stderr).not.toContain('error');
  expect(result.status).toBe(0);
  return documentOf(result);
}

describe('prune hard --trash', () => {
  test('moves what a hard prune without it deletes, and everything can be restored', async () => {
    const before = registryFiles();
    const planned = documentOf(await prune('--trash'));
    expect(filesBelow(sandbox.storageDir).some((file) => file.includes('regadm/'))).toBe(false);
    expect(new Set(planned.blobs.map(({ status }) => status))).toEqual(new Set(['would-trash']));
    const moved = await moveUnused();
    expect(schemaProblems('hard-prune', moved)).toEqual([]);
    expect(moved.trashed).toEqual(moved.blobs);
    expect(new Set(moved.blobs.map(({ status }) => status))).toEqual(new Set(['trashed']));
    expect(moved.blobs.map(({ digest }) => digest)).toEqual(planned.blobs.map(({ digest }) => digest));
    expect(moved.summary).toMatchObject({ blobs: moved.blobs.length, trashed: moved.blobs.length, failed: 0 });

    const listed = documentOf(await trash('list', '-o', 'json'));
    expect(schemaProblems('trash', listed)).toEqual([]);
    expect(listed.blobs.map(({ digest }) => digest)).toEqual(moved.blobs.map(({ digest }) => digest));
    expect(listed.summary).toMatchObject({ blobs: moved.blobs.length, marked: 0, failed: 0 });

    const restored = await trash('restore', '--confirm', '-o', 'json');
    expect(schemaProblems('trash-restore', documentOf(restored))).toEqual([]);
    expect(documentOf(restored).failures).toEqual([]);
    expect(restored.status).toBe(0);
    expect(before.filter((file) => !registryFiles().includes(file))).toEqual([]);
  });

  test('a hard prune without --trash leaves no trace of regadm in the storage', async () => {
    const { status } = await prune('--confirm');
    expect(status).toBe(0);
    expect(readdirSync(sandbox.storageDir)).toEqual(['docker']);
  });
});
