import { cpSync, existsSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import type { CliOptions, CliResult } from '../support/cli.js';
import { actOnce } from '../support/guarded.js';
import { requires } from '../support/jest/requires.js';
import { regadm } from '../support/regadm.js';
import { eventually } from '../support/sandbox-client.js';
import { mountDisk, unmountDisk } from '../support/small-disk.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../support/storage-tree.js';

const [image, layer] = [digest('image'), digest('layer')];
const orphans = ['a', 'b', 'c'].map((name) => digest(`orphan ${name}`));

let sandbox: Sandbox;
let storage: string;
const sandboxes: Sandbox[] = [];

afterEach(async () => {
  for (const each of sandboxes.splice(0)) await each.stop();
});

/** Starts a cluster with an image, whose storage has three orphans besides it. */
async function aCluster(options: SandboxOptions = {}, directory = temporaryDirectory()): Promise<void> {
  const anImage = {
    metadata: { name: image },
    dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v1+json',
    dockerImageMetadata: { Id: '' },
    dockerImageLayers: [{ name: layer, size: 1 }],
  };
  const tags = [{ tag: 'v1', items: [{ image }] }];
  const stream = { metadata: { namespace: 'ns', name: 'app' }, status: { tags } };
  sandbox = await startSandbox({
    operator: true,
    replicas: 2,
    cluster: { images: [anImage], imagestreams: [stream] },
    ...options,
  });
  sandboxes.push(sandbox);
  storage = directory;
  const blobs = Object.fromEntries([image, layer, ...orphans].map((name) => [name, 1]));
  makeStorageTree(storage, {
    blobs,
    repositories: { 'ns/app': { manifests: [image], layers: [layer, ...orphans] } },
  });
}

interface Document {
  code?: string;
  message?: string;
  summary: Record<string, number>;
}

type Outcome = CliResult & { document: Document };

const NOW = ['--grace=0s', '--keep-blobs-younger-than=0', '--recheck-after=0s', '--trash-keep=0s'];

/** Runs an online hard prune. Default: it does everything as soon as possible. */
async function prune(options: CliOptions = {}, ...more: string[]): Promise<Outcome> {
  const args = ['prune', 'hard', '--storage', storage, '--online', '--confirm', '-o', 'json', ...NOW, ...more];
  const result = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin, ...options });
  return { ...result, document: (result.stdout ? JSON.parse(result.stdout) : { summary: {} }) as Document };
}

const dataOf = (name: string): string =>
  path.join(storage, 'docker/registry/v2/blobs/sha256', name.slice(7, 9), name.slice(7), 'data');
const inPlace = (): string[] => [image, layer, ...orphans].filter((name) => existsSync(dataOf(name)));
const inTrash = (): number => filesBelow(path.join(storage, 'regadm')).filter((file) => file.endsWith('/data')).length;
const files = (): string[] => filesBelow(storage).filter((file) => !file.startsWith('regadm/versions/lease'));
const marks = (): string => path.join(storage, 'regadm/marks.json.gz');

/** Returns an environment in which the clock of regadm differs from the real one. */
function clockAhead(ms: number): Record<string, string> {
  const code = `const Real = Date; globalThis.Date = class extends Real {
    constructor(...parts) { if (parts.length > 0) super(...parts); else super(Real.now() + ${ms}); }
    static now() { return Real.now() + ${ms}; } };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** Runs the three prunes that mark, move and delete, and expects that only what is in use is left. */
async function expectPruned(options: CliOptions = {}): Promise<void> {
  const runs = [await prune(options), await prune(options), await prune(options)];
  expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual(runs.map(({ stderr }) => [0, stderr]));
  expect([inPlace(), inTrash()]).toEqual([[image, layer], 0]);
}

describe('two runs at once', () => {
  test('the second is refused and names the first; after a kill -9, the next one continues at once', async () => {
    await aCluster();
    await prune();
    const killed = new AbortController();
    const first = prune({ signal: killed.signal }, '--recheck-after=10m');
    await eventually(() => expect(inTrash()).toBe(3));
    const second = await prune();
    expect([second.status, second.document.code]).toEqual([4, 'TRASH_IN_USE']);
    expect(second.document.message).toContain('another run');
    killed.abort();
    expect((await first).signal).toBe('SIGKILL');
    expect((await prune()).status).toBe(0);
    await expectPruned();
  });
});

describe('a mark file', () => {
  beforeEach(async () => {
    await aCluster();
    expect((await prune()).document.summary.marked).toBe(3);
  });

  async function expectRefused(code: string): Promise<void> {
    const before = files();
    const { status, document } = await prune();
    expect([status, document.code]).toEqual([4, code]);
    expect(files()).toEqual(before);
    expect(inPlace()).toEqual([image, layer, ...orphans]);
  }

  test.each([
    ['is damaged', (content: Buffer) => content.subarray(0, content.length / 2)],
    ['is not compressed', () => Buffer.from('{"version":1}')],
    ['is empty', () => Buffer.alloc(0)],
  ])('that %s is refused; --discard-marks begins again', async (_, damage) => {
    writeFileSync(marks(), damage(readFileSync(marks())));
    await expectRefused('MARKS_UNREADABLE');
    const { status, document } = await prune({}, '--discard-marks');
    expect([status, document.summary.trashed, document.summary.marked]).toEqual([0, 0, 3]);
    expect(inPlace()).toEqual([image, layer, ...orphans]);
    await prune();
    expect([inPlace(), inTrash()]).toEqual([[image, layer], 0]);
  });

  test('of another storage is refused; --discard-marks begins again', async () => {
    const copy = temporaryDirectory();
    cpSync(storage, copy, { recursive: true, preserveTimestamps: true });
    storage = copy;
    await expectRefused('MARKS_OF_ANOTHER_STORAGE');
    const { status, document } = await prune({}, '--discard-marks');
    expect([status, document.summary.trashed, document.summary.marked]).toEqual([0, 0, 3]);
  });

  test('that was deleted: the next run marks again, and moves nothing', async () => {
    rmSync(marks());
    const { status, document } = await prune();
    expect([status, document.summary.trashed, document.summary.marked]).toEqual([0, 0, 3]);
    await prune();
    expect([inPlace(), inTrash()]).toEqual([[image, layer], 0]);
  });
});

describe('the trash is emptied by hand', () => {
  test('during a run: it ends, nothing else is lost, and the next run has nothing left to do', async () => {
    await aCluster();
    await prune();
    // The restart begins after the move.
    const isRestart = ({ method, path: url }: { method: string; path: string }): boolean =>
      method === 'PATCH' && url.includes('/deployments/');
    let trashed = 0;
    actOnce(sandbox, isRestart, () => {
      trashed = inTrash();
      rmSync(path.join(storage, 'regadm/trash'), { recursive: true });
    });
    expect([0, 3]).toContain((await prune()).status);
    expect(trashed).toBe(3);
    expect(inPlace()).toEqual([image, layer]);
    const { status, document } = await prune();
    expect([status, document.summary]).toEqual([
      0,
      expect.objectContaining({ marked: 0, trashed: 0, restored: 0, purged: 0 }),
    ]);
  });

  test('all of regadm is deleted between two runs: it begins again', async () => {
    await aCluster();
    await prune();
    rmSync(path.join(storage, 'regadm'), { recursive: true });
    await expectPruned();
  });
});

describe('clocks that differ by an hour', () => {
  const HOUR_MS = 3_600_000;

  test.each([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ])('that of regadm is %s: grace and ages are those of the storage', async (_, ms) => {
    await aCluster();
    const env = clockAhead(ms);
    const young = await prune({ env }, '--keep-blobs-younger-than=30m');
    expect([young.status, young.document.summary.marked]).toEqual([0, 0]);
    expect((await prune({ env })).document.summary.marked).toBe(3);
    const early = await prune({ env }, '--grace=30m', '--trash-keep=30m');
    expect([early.status, early.document.summary.trashed]).toEqual([0, 0]);
    expect((await prune({ env }, '--trash-keep=30m')).document.summary).toMatchObject({ trashed: 3, purged: 0 });
    expect((await prune({ env })).document.summary).toMatchObject({ restored: 0, purged: 3 });
    expect([inPlace(), inTrash()]).toEqual([[image, layer], 0]);
  });

  test.each([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ])('that of the API server is %s', async (_, ms) => {
    await aCluster({ now: new Date(Date.now() + ms) });
    await expectPruned();
  });
});

describe('the registry is restarted by another user', () => {
  test('at every request of a run: the runs complete, and prune the same', async () => {
    await aCluster();
    let rollouts = 0;
    sandbox.onRequest(({ server, path: url, method }) => {
      if (server !== 'api' || !/\/(deployments|pods|images|imagestreams)/.test(url)) return;
      if (method !== 'GET' || rollouts > 8 || /watch=/.test(url)) return;
      restart(String(rollouts++));
    });
    await expectPruned();
  });

  function restart(name: string): void {
    const deployment = sandbox.store.get('deployments', 'openshift-image-registry', 'image-registry')!;
    const template = deployment.spec!.template as { metadata: { annotations?: object } };
    const annotations = { ...template.metadata.annotations, 'restarted-by': name };
    const spec = { ...deployment.spec, template: { ...template, metadata: { ...template.metadata, annotations } } };
    const metadata = { ...deployment.metadata, generation: (deployment.metadata.generation ?? 0) + 1 };
    sandbox.store.put('deployments', { ...deployment, metadata, spec });
  }
});

requires('mount').describe('a full disk', () => {
  let disk: string;

  beforeEach(() => {
    disk = temporaryDirectory();
    mountDisk(disk, '1m');
  });
  afterEach(() => unmountDisk(disk));

  const fill = (): void => {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(path.join(disk, 'filler'), Buffer.alloc(bavail * bsize));
  };
  const free = (): void => rmSync(path.join(disk, 'filler'));

  test.each([0, 1, 2])(
    'after %i runs: it ends with an error, loses nothing, and the next one continues',
    async (runs) => {
      await aCluster({}, disk);
      for (let run = 0; run < runs; run++) expect((await prune()).status).toBe(0);
      fill();
      const { status, stderr } = await prune();
      expect([status, stderr]).toEqual([expect.any(Number), expect.stringMatching(/no space|ENOSPC|full/i)]);
      expect(status).not.toBe(0);
      expect(inPlace()).toEqual(expect.arrayContaining([image, layer]));
      expect(statSync(dataOf(layer)).size).toBe(1);
      free();
      await expectPruned();
    },
  );
});
