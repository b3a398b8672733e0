import { rmSync } from 'node:fs';
import path from 'node:path';
import { type Sandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { type CliResult } from '../support/cli.js';
import { regadm } from '../support/regadm.js';
import { blobKey } from '../support/fake-object-store.js';
import { guardedState } from '../support/guarded.js';
import { s3Error, type FakeS3 } from '../support/servers/fake-s3.js';
import { startSampleOnS3 } from '../support/sample-on-s3.js';

let sandbox: Sandbox;
let s3: FakeS3;
/** An image index that a stream lists: only its manifest names all its children. */
let index: string;

beforeEach(async () => {
  ({ sandbox, s3 } = await startSampleOnS3());
  const isIndex = (body: Buffer): boolean => body.includes('"manifests"') && body.includes('index');
  const [key] = [...s3.store.objects].find(([name, { body }]) => name.endsWith('/data') && isIndex(body))!;
  index = `sha256:${key.split('/').at(-2)!}`;
});
afterEach(async () => {
  await s3.stop();
  await sandbox.stop();
});

const run = (args: string[]): Promise<CliResult> =>
  regadm([...args, '-o', 'json'], { kubeconfig: sandbox.kubeconfig.admin, env: s3.env });
const onS3 = (command: string, ...more: string[]): Promise<CliResult> =>
  run([...command.split(' '), '--storage', `s3://${s3.bucket}`, '--storage-endpoint', s3.endpoint, ...more]);

/** Lets the store answer reads of the index with 404, although it lists it. @returns the number of these reads */
function hideIndex(times: number): () => number {
  let reads = 0;
  s3.proxy.fault = ({ method, path: key }) =>
    method === 'GET' && key.endsWith(blobKey(index)) && ++reads <= times
      ? { status: 404, body: s3Error('NoSuchKey') }
      : undefined;
  return () => reads;
}

describe('a manifest that the listing has, and that the store does not find', () => {
  test.each([
    ['a dry run', []],
    ['a run that switches the mode', ['--confirm']],
    ['a run without the lock', ['--confirm', '--read-only=skip']],
  ])('stops %s with exit status 1, and nothing is deleted', async (_what, more) => {
    const [keys, state] = [s3.store.keys(), guardedState(sandbox)];
    const reads = hideIndex(Infinity);
    const { status, stderr, stdout } = await onS3('prune hard', '--keep-blobs-younger-than=0', ...more);
    expect([status, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ code: 'IMAGE_UNREADABLE' })]);
    expect(stderr).toMatch(new RegExp(`image ${index} .*does not find it now, twice`));
    expect(reads()).toBe(2);
    expect([s3.store.keys(), guardedState(sandbox)]).toEqual([keys, state]);
  });

  test('and that the first look has read stops the second look, and the registry is restored', async () => {
    const [keys, state] = [s3.store.keys(), guardedState(sandbox)];
    let reads = (): number => 0;
    sandbox.onRequest(({ method }) => {
      if (method !== 'PATCH' || reads() > 0) return;
      reads = hideIndex(Infinity);
      const object = sandbox.store.get('images', index)!;
      const { dockerImageManifests: named = [] } = object as { dockerImageManifests?: object[] };
      const dockerImageManifests = [...named, { digest: digest('another child') }];
      sandbox.store.put('images', Object.assign({}, object, { dockerImageManifests }));
    });
    const { status, stderr, stdout } = await onS3('prune hard', '--keep-blobs-younger-than=0', '--confirm');
    expect([status, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ code: 'IMAGE_UNREADABLE' })]);
    expect(stderr).toContain('switching the registry to read-only mode');
    expect(reads()).toBe(2);
    expect([s3.store.keys(), guardedState(sandbox)]).toEqual([keys, state]);
  });

  test('is looked for again: a store that finds it then loses nothing', async () => {
    const honest = JSON.parse((await onS3('prune hard', '--keep-blobs-younger-than=0')).stdout) as object;
    const reads = hideIndex(1);
    const { status, stdout } = await onS3('prune hard', '--keep-blobs-younger-than=0');
    const found = JSON.parse(stdout) as { blobs: object[]; warnings: string[] };
    expect([status, reads()]).toEqual([0, 2]);
    expect(found).toMatchObject(pick(honest, ['blobs', 'manifestLinks', 'repositories', 'warnings']));
  });

  test('leaves the usage unknown in registry status', async () => {
    hideIndex(Infinity);
    const { stdout, status } = await onS3('registry status');
    const document = JSON.parse(stdout) as { stored: object; unavailable: { message: string }[] };
    expect(status).toBe(0);
    expect(document.stored).not.toHaveProperty('orphaned');
    expect(document.unavailable).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('does not find it now, twice') as string }),
    );
  });
});

test('a manifest of a directory that disappears while the cluster is read stops the run', async () => {
  const file = path.join(sandbox.storageDir, blobKey(index));
  sandbox.onRequest(({ path: requested }) => {
    if (requested.includes('/v1/images')) rmSync(path.dirname(file), { recursive: true, force: true });
  });
  const { status, stderr } = await run(['prune', 'hard', '--storage', sandbox.storageDir, '--read-only=skip']);
  expect([status, stderr]).toEqual([1, expect.stringContaining('does not find it now, twice')]);
});

const pick = (from: object, names: string[]): object =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
