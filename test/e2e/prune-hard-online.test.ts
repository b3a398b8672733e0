import { cpSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { actOnce, runIn, start } from '../support/guarded.js';
import { schemaProblems } from '../support/json-schema.js';
import {
  documentOf,
  pushLink,
  registryFiles,
  storedBlobs,
  trashedBlobs,
  useInStream,
} from '../support/online-prune.js';
import { filesBelow, temporaryDirectory } from '../support/storage-tree.js';

let sandbox: Sandbox;
/** What a hard prune in read-only mode leaves. */
let goal: string[];

beforeEach(async () => void (sandbox = await startSandbox({ sample: true, replicas: 2 })));
afterEach(() => sandbox.stop());

const AGES = ['--keep-blobs-younger-than=0', '--dangling-links'];
const hard = (...args: string[]) =>
  runIn(sandbox, ['prune', 'hard', `--storage=${sandbox.storageDir}`, ...AGES, '-o', 'json', ...args]);
const AT_ONCE = ['--grace=0', '--recheck-after=0'];
const online = (...args: string[]) => hard('--online', '--confirm', ...AT_ONCE, ...args);
/** Marks, and moves to the trash what a former run has marked. */
const pass = async (...args: string[]) => {
  const result = await online(...args);
  expect(result.stderr).not.toContain('error');
  expect(result.status).toBe(0);
  const document = documentOf(result);
  expect(schemaProblems('hard-prune', document)).toEqual([]);
  return document;
};

/** Prunes a copy of the storage in read-only mode. */
async function pruneOffline(): Promise<string[]> {
  const copy = join(temporaryDirectory(), 'copy');
  cpSync(sandbox.storageDir, copy, { recursive: true });
  const args = ['prune', 'hard', `--storage=${copy}`, ...AGES, '--read-only=skip', '--confirm'];
  expect((await runIn(sandbox, args)).status).toBe(0);
  return registryFiles(copy);
}

const restarts = (): number =>
  sandbox.requests.filter(({ method, path }) => method === 'PATCH' && path.includes('/deployments/')).length;
const isReadOnly = (): boolean => sandbox.store.get('configs', 'cluster')?.spec?.readOnly === true;

test('marks, moves and deletes in three runs, and leaves what a hard prune in read-only mode leaves', async () => {
  goal = await pruneOffline();
  const before = storedBlobs(sandbox.storageDir);
  sandbox.onRequest(() => void expect(isReadOnly()).toBe(false));

  const preview = documentOf(await hard('--online'));
  expect(schemaProblems('hard-prune', preview)).toEqual([]);
  expect(filesBelow(sandbox.storageDir).filter((file) => file.startsWith('regadm'))).toEqual([]);
  const first = await pass();
  expect(first.marked!.map(({ digest }) => digest)).toEqual(preview.marked!.map(({ digest }) => digest));
  expect(first.summary).toMatchObject({ blobs: 0, trashed: 0, purged: 0, marked: first.marked!.length, failed: 0 });
  expect(storedBlobs(sandbox.storageDir)).toEqual(before);
  expect(restarts()).toBe(1);

  const second = await pass();
  expect(second.blobs.map(({ digest }) => digest).sort()).toEqual(first.marked!.map(({ digest }) => digest).sort());
  expect(second.blobs.every(({ status }) => status === 'trashed')).toBe(true);
  expect(registryFiles(sandbox.storageDir)).toEqual(goal);
  expect(trashedBlobs(sandbox.storageDir)).toHaveLength(second.blobs.length);
  expect([...storedBlobs(sandbox.storageDir), ...trashedBlobs(sandbox.storageDir)].sort()).toEqual(before);

  const third = await pass('--trash-keep=0');
  expect(third.purged!.every(({ status }) => status === 'purged')).toBe(true);
  expect(third.summary).toMatchObject({ purged: second.blobs.length, marked: 0, blobs: 0 });
  expect(trashedBlobs(sandbox.storageDir)).toEqual([]);
  expect(registryFiles(sandbox.storageDir)).toEqual(goal);

  await pass();
  expect(restarts()).toBe(2);
});

test('a blob that is in use again loses its mark, and gets its links back', async () => {
  const { marked } = await pass();
  const manifest = marked!.find(({ bytes, links }) => links > 0 && bytes < 1000)!.digest;
  useInStream(sandbox, manifest);
  const { unmarked } = await pass();
  expect(unmarked).toEqual([expect.objectContaining({ digest: manifest, status: 'unmarked' })]);
  expect(storedBlobs(sandbox.storageDir)).toContain(manifest.slice(7));
  expect(registryFiles(sandbox.storageDir).some((file) => file.endsWith(`${manifest.slice(7)}/link`))).toBe(true);
});

test('a blob that is linked again keeps its place', async () => {
  const { marked } = await pass();
  const linked = marked![0]!.digest;
  pushLink(sandbox.storageDir, 'shop/late', linked);
  const { unmarked, blobs } = await hard('--online', '--confirm', ...AT_ONCE, '--keep-blobs-younger-than=1h').then(
    documentOf,
  );
  expect(unmarked).toEqual([expect.objectContaining({ digest: linked, reason: 'linked by repository shop/late' })]);
  expect(blobs.map((blob) => blob.digest)).not.toContain(linked);
});

test('a blob in the trash that is needed again goes back', async () => {
  await pass();
  const { blobs } = await pass();
  const [first, second] = blobs.map((blob) => blob.digest);
  useInStream(sandbox, first!);
  pushLink(sandbox.storageDir, 'shop/late', second!);
  const { restored, purged } = await pass('--trash-keep=0');
  expect(restored!.map((blob) => [blob.digest, blob.status]).sort()).toEqual(
    [
      [first, 'restored'],
      [second, 'restored'],
    ].sort(),
  );
  expect(purged).toHaveLength(blobs.length - 2);
  expect(storedBlobs(sandbox.storageDir)).toEqual(expect.arrayContaining([first!.slice(7), second!.slice(7)]));
});

test('an image that appears while links are removed gets its manifest link back in the same run', async () => {
  const [unlisted] = documentOf(await hard('--online')).manifestLinks;
  const { repository, digest: manifest } = unlisted!;
  // The restart begins after the links were removed.
  actOnce(
    sandbox,
    ({ method, path }) => method === 'PATCH' && path.includes('/deployments/'),
    () => useInStream(sandbox, manifest, repository),
  );
  await pass();
  expect(registryFiles(sandbox.storageDir).some((file) => isManifestLink(file, repository, manifest))).toBe(true);
});

test('--keep-blobs-younger-than=0 ignores times, also those in the future', async () => {
  const future = new Date(Date.now() + 86_400_000);
  for (const file of registryFiles(sandbox.storageDir))
    utimesSync(join(sandbox.storageDir, 'docker', file), future, future);
  const { marked } = await pass();
  expect(new Set(marked!.map(({ status }) => status))).toEqual(new Set(['marked']));
  expect((await pass()).blobs.filter(({ status }) => status === 'trashed')).toHaveLength(marked!.length);
});

test('--max-delete refuses what a run would mark, and changes nothing', async () => {
  const files = registryFiles(sandbox.storageDir);
  const { status, stdout } = await online('--max-delete=1');
  expect([status, JSON.parse(stdout)]).toEqual([4, expect.objectContaining({ kind: 'Error', code: 'MAX_DELETE' })]);
  expect(registryFiles(sandbox.storageDir)).toEqual(files);
  const dryRun = await hard('--online', '--max-delete=1');
  expect(dryRun.status).toBe(4);
  expect(documentOf(dryRun).marked!.length).toBeGreaterThan(1);
});

test('--max-delete limits what a run deletes from the trash, too', async () => {
  await pass();
  const { blobs } = await pass();
  // The recheck of this run makes the blobs deletable.
  await pass();
  const limited = ['--trash-keep=0', '--max-delete=1'];
  const dryRun = await hard('--online', '--grace=0', ...limited);
  expect([dryRun.status, documentOf(dryRun).summary.purged]).toEqual([4, blobs.length]);
  expect(dryRun.stderr).toContain('would be deleted from the trash');
  const { status, stdout } = await online(...limited);
  expect([status, JSON.parse(stdout)]).toEqual([4, expect.objectContaining({ kind: 'Error', code: 'MAX_DELETE' })]);
  expect(blobs.length).toBeGreaterThan(1);
  expect(trashedBlobs(sandbox.storageDir)).toHaveLength(blobs.length);
});

test('--max-delete stops a deletion that only the last look allows', async () => {
  await pass();
  const { blobs } = await pass('--no-restart');
  const result = await online('--trash-keep=0', '--max-delete=1');
  expect(result.status).toBe(3);
  expect(documentOf(result).failures).toEqual([
    expect.objectContaining({ target: 'deleting old blobs from the trash' }),
  ]);
  expect(trashedBlobs(sandbox.storageDir)).toHaveLength(blobs.length);
});

test('--detailed-exitcode tells whether a run would do something', async () => {
  expect((await hard('--online', '--detailed-exitcode')).status).toBe(2);
});

test('a restart that fails leaves the marks incomplete, and the next run restarts again', async () => {
  actOnce(
    sandbox,
    ({ method, path }) => method === 'PATCH' && path.includes('/deployments/'),
    () => ({ do: 'respond', status: 403, body: 'no' }),
  );
  const failed = await online('--timeout=20s');
  expect(failed.status).toBe(3);
  const document = documentOf(failed);
  expect(document.failures).toEqual([expect.objectContaining({ target: 'restarting the registry' })]);
  expect(document.waiting).toMatchObject({ incomplete: document.marked!.length });
  expect((await pass()).blobs).toEqual([]);
  expect((await pass()).blobs).toHaveLength(document.marked!.length);
});

test('without --confirm, a second run sees the marks, and a third one what it would move', async () => {
  await pass();
  const { blobs, waiting } = documentOf(await hard('--online', '--grace=0'));
  expect(new Set(blobs.map(({ status }) => status))).toEqual(new Set(['would-trash']));
  expect(waiting!.blobs).toBe(blobs.length);
  expect(documentOf(await hard('--online')).blobs).toEqual([]);
});

test('--read-only=skip reads only images and image streams, and changes only the storage', async () => {
  // The grace counts from the mark.
  expect((await pass('--read-only=skip')).waiting).toMatchObject({ incomplete: 0, from: expect.any(String) as string });
  await pass('--read-only=skip');
  expect(trashedBlobs(sandbox.storageDir).length).toBeGreaterThan(0);
  const asked = new Set(sandbox.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`));
  expect([...asked].sort()).toEqual([
    'GET /apis/image.openshift.io/v1/images',
    'GET /apis/image.openshift.io/v1/imagestreams',
  ]);
});

test('a second run at the same time is refused', async () => {
  let second: Promise<{ status: number | null; stdout: string }> | undefined;
  sandbox.onRequest(async ({ path }) => {
    if (second || !/\/imagestreams(\?|$)/.test(path)) return;
    second = start(sandbox, [
      'prune',
      'hard',
      `--storage=${sandbox.storageDir}`,
      '--online',
      '--confirm',
      '-o',
      'json',
    ]).ended;
    await second;
  });
  await pass();
  const { status, stdout } = await second!;
  expect([status, JSON.parse(stdout)]).toEqual([4, expect.objectContaining({ code: 'TRASH_IN_USE' })]);
});

const isManifestLink = (file: string, repository: string, manifest: string): boolean =>
  file.endsWith(`${repository}/_manifests/revisions/sha256/${manifest.slice(7)}/link`);
