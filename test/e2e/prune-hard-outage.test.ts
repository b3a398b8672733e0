import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type FaultAction, type RequestInfo, type Sandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { interrupt, type CliResult } from '../support/cli.js';
import { actOnce, guardedState, runIn, runStoragePrune, startStoragePrune, type Run } from '../support/guarded.js';
import { blobData } from '../support/storage-pruner.js';
import { makeStorageTree, temporaryDirectory } from '../support/storage-tree.js';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const [image, layer, orphan, other] = [digest('image'), digest('layer'), digest('orphan'), digest('other')];
const [pushed, unused] = [digest('pushed'), digest('unused')];

interface Document {
  summary: Record<string, number>;
  blobs: { digest: string; status: string }[];
  repositories: { name: string; status: string }[];
  failures: { target: string; message: string; suggestions?: string[] }[];
  warnings: string[];
  procedure: { step: string; outcome: string }[];
}

let sandbox: Sandbox;
let storage: string;
let root: string;
let before: object;

const stream = (key: string, ...images: string[]): object => {
  const [namespace, name] = key.split('/');
  return {
    metadata: { namespace, name },
    status: { tags: [{ tag: 'v1', items: images.map((name) => ({ image: name })) }] },
  };
};
const anImage = (name: string, ...layers: string[]): object => ({
  metadata: { name },
  dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerImageMetadata: { Id: '' },
  dockerImageLayers: layers.map((each) => ({ name: each, size: 1 })),
});

beforeEach(async () => {
  sandbox = await startSandbox({
    operator: true,
    cluster: { images: [anImage(image, layer)], imagestreams: [stream('ns/app', image)] },
    rolloutStepMs: 5,
  });
  storage = temporaryDirectory();
  root = makeStorageTree(storage, {
    blobs: { [image]: 1, [layer]: 1, [orphan]: 1, [other]: 1, [unused]: 1 },
    repositories: {
      'ns/app': { manifests: [image], layers: [layer, orphan, other] },
      'ns/gone': { manifests: [unused], layers: [] },
    },
  });
  before = guardedState(sandbox);
});

afterEach(() => sandbox.stop());

const prune = (...more: string[]): Promise<CliResult> => runStoragePrune(sandbox, storage, ...more);
const startPrune = (...more: string[]): Run => startStoragePrune(sandbox, storage, ...more);
const has = (name: string): boolean => existsSync(blobData(root, name));
const isReadOnly = (): boolean => sandbox.store.get('configs', 'cluster')?.spec?.readOnly === true;
const documentOf = ({ stdout }: CliResult): Document => JSON.parse(stdout) as Document;
const isList = ({ path }: Pick<RequestInfo, 'path'>, resource: string): boolean =>
  new RegExp(`/${resource}(\\?|$)`).test(path) && !path.includes('watch=');
const isWatch = ({ path }: Pick<RequestInfo, 'path'>, resource: string): boolean =>
  path.includes(`/${resource}?`) && path.includes('watch=');
/** Lists of images, without the requests for the version that the list has. */
const imageLists = (): number =>
  sandbox.requests.filter((request) => isList(request, 'images') && !/limit=1(&|$)/.test(request.path)).length;

/** The moments of a run, each with the request that shows it. */
const MOMENTS: Record<string, (request: RequestInfo) => boolean> = {
  'between the listing and the reading of the cluster': (request) => isList(request, 'imagestreams'),
  'between the scan and read-only mode': ({ method, path }) => method === 'PATCH' && path.includes('configs'),
  'during the roll-out': ({ path }) => path.includes('/deployments/') && isReadOnly(),
};

const once = (matches: (request: RequestInfo) => boolean, act: () => void | FaultAction): void =>
  actOnce(sandbox, matches, act);

/** Pushes an image that reuses the orphan. */
function push(): void {
  sandbox.store.put('images', anImage(pushed, orphan));
  sandbox.store.put('imagestreams', stream('ns/late', pushed));
}

test('reads the cluster once, then changes the mode, and states how long pushes were refused', async () => {
  const result = await prune();
  expect(result.status).toBe(0);
  const { procedure, summary } = documentOf(result);
  expect(procedure.map(({ step }) => step.replace(/ \(.*/, ''))).toEqual([
    'checking permissions, pods and the operator',
    'finding unused data',
    'taking the registry lock',
    'switching the registry to read-only mode',
    'waiting until every registry pod is read-only',
    'looking again at what is unused',
    'deleting',
    'restoring the mode',
    'waiting for the roll-out',
    'releasing the registry lock',
  ]);
  expect(summary.readOnlySeconds).toEqual(expect.any(Number));
  expect([orphan, other, unused].filter(has)).toEqual([]);
  expect(imageLists()).toBe(1);
  expect(guardedState(sandbox)).toEqual(before);
});

test('the registry is not changed if there is nothing to delete', async () => {
  expect((await prune()).status).toBe(0);
  const patches = (): number => sandbox.requests.filter(({ method }) => method === 'PATCH').length;
  const patched = patches();
  const result = await prune();
  expect(result).toMatchObject({ status: 0, stderr: expect.stringContaining('there is nothing to delete') });
  const { procedure, summary } = documentOf(result);
  expect(procedure.map(({ step }) => step)).toEqual([
    'checking permissions, pods and the operator',
    'finding unused data',
  ]);
  expect(summary).toMatchObject({ blobs: 0, failed: 0 });
  expect(summary).not.toHaveProperty('readOnlySeconds');
  expect(patches()).toBe(patched);
});

test('nothing is deleted, and the mode is restored, if everything is in use when the registry is read-only', async () => {
  actOnce(
    sandbox,
    ({ method }) => method === 'PATCH',
    () => {
      sandbox.store.put('images', anImage(pushed, orphan, other));
      sandbox.store.put('images', anImage(unused));
      sandbox.store.put('imagestreams', stream('ns/gone', unused));
    },
  );
  const result = await prune();
  expect(result).toMatchObject({ status: 0, stderr: expect.stringContaining('\nthere is nothing to delete\n') });
  const { procedure, summary } = documentOf(result);
  expect(procedure.map(({ step }) => step)).not.toContain('deleting');
  expect(summary).toMatchObject({ blobs: 0, repositories: 0, failed: 0 });
  expect([orphan, other, unused].filter(has)).toHaveLength(3);
  expect(guardedState(sandbox)).toEqual(before);
});

test('the table states how long pushes were refused', async () => {
  const args = ['prune', 'hard', '--confirm', '--storage', storage, '--keep-blobs-younger-than=0'];
  const { stdout } = await runIn(sandbox, args);
  expect(stdout).toMatch(
    /^Pushes were refused for (\d+\.\d|less than 0\.1) s, besides two roll-outs of the registry$/m,
  );
});

describe.each(Object.entries(MOMENTS))('%s', (_when, isMoment) => {
  test('an image is pushed that reuses an unused blob: the blob stays', async () => {
    once(isMoment, push);
    const result = await prune();
    expect(result.status).toBe(0);
    expect([has(orphan), has(other), has(layer)]).toEqual([true, false, true]);
    expect(documentOf(result).blobs.map(({ digest }) => digest)).not.toContain(orphan);
    expect(imageLists()).toBe(1);
  });

  test('a stream appears for a repository that had none: the repository stays, with its manifests', async () => {
    once(isMoment, () => void sandbox.store.put('imagestreams', stream('ns/gone', unused)));
    const result = await prune();
    expect(result.status).toBe(0);
    expect(documentOf(result).repositories).toEqual([]);
    expect(existsSync(path.join(root, 'repositories/ns/gone/_manifests'))).toBe(true);
    expect(has(other)).toBe(false);
  });
});

describe('an image index that a stream lists only later', () => {
  const config = digest('config');
  const child = JSON.stringify({ mediaType: MANIFEST_TYPE, config: { digest: config }, layers: [{ digest: orphan }] });
  const childName = `sha256:${createHash('sha256').update(child).digest('hex')}`;
  const index = digest('index');

  test('keeps its children, with their blobs, although they have no Image objects', async () => {
    makeStorageTree(storage, { blobs: { [childName]: 1, [config]: 1, [index]: 1 }, repositories: {} });
    writeFileSync(blobData(root, childName), child);
    sandbox.store.put('images', {
      metadata: { name: index },
      dockerImageManifestMediaType: INDEX_TYPE,
      dockerImageManifests: [{ digest: childName, mediaType: MANIFEST_TYPE }],
    });
    once(MOMENTS['between the scan and read-only mode']!, () => {
      sandbox.store.put('imagestreams', stream('ns/index', index));
    });
    expect((await prune()).status).toBe(0);
    expect([childName, config, orphan, index].map(has)).toEqual([true, true, true, true]);
    expect(has(other)).toBe(false);
  });
});

test('an image whose object states no blobs is pushed after the scan: its manifest is read', async () => {
  const manifest = JSON.stringify({
    mediaType: MANIFEST_TYPE,
    config: { digest: unused },
    layers: [{ digest: orphan }],
  });
  const name = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  once(MOMENTS['during the roll-out']!, () => {
    makeStorageTree(storage, { blobs: { [name]: 1 }, repositories: {} });
    writeFileSync(blobData(root, name), manifest);
    sandbox.store.put('images', { metadata: { name } });
  });
  expect((await prune()).status).toBe(0);
  expect([name, orphan, unused, other].map(has)).toEqual([true, true, true, false]);
});

test('an image becomes unused after the scan: it waits for the next run', async () => {
  once(MOMENTS['between the scan and read-only mode']!, () => {
    sandbox.store.put('imagestreams', stream('ns/app'));
  });
  expect((await prune()).status).toBe(0);
  expect([image, layer].map(has)).toEqual([true, true]);
  expect(existsSync(path.join(root, `repositories/ns/app/_manifests/revisions/sha256/${image.slice(7)}`))).toBe(true);
});

describe('the lists are read again if a watch', () => {
  const EXPIRED = JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  const SECRET = JSON.stringify({ type: 'ADDED', object: { kind: 'Secret', metadata: { name: 'x' } } });
  const answers = (body: string, status = 200): FaultAction => ({ do: 'respond', status, body });

  test.each<[what: string, action: FaultAction, note: RegExp]>([
    ['is refused', answers('{"kind":"Status","code":403}', 403), /refuses/],
    ['has expired', { do: 'rewrite', change: () => `${EXPIRED}\n` }, /expired/],
    ['is silent', { do: 'hang' }, /show nothing/],
    ['is reset', { do: 'reset' }, /show nothing/],
    ['shows another kind', { do: 'rewrite', change: () => `${SECRET}\n` }, /refuses/],
    ['is a list', answers('{"kind":"ImageList","items":[]}'), /refuses/],
  ])('%s', async (_what, action, note) => {
    once(MOMENTS['during the roll-out']!, push);
    sandbox.onRequest((request) => (isWatch(request, 'images') ? action : undefined));
    const { status, stderr } = await prune();
    expect(status).toBe(0);
    expect(stderr).toMatch(new RegExp(`reading the list of images again: .*${note.source}`));
    expect([has(orphan), has(other)]).toEqual([true, false]);
    expect(imageLists()).toBeGreaterThan(1);
  });

  test('shows a change only late, it is waited for', async () => {
    once(MOMENTS['during the roll-out']!, push);
    const late = (request: RequestInfo): boolean =>
      isWatch(request, 'images') && !request.path.includes('timeoutSeconds');
    sandbox.onRequest((request) => (late(request) ? { do: 'hang' } : undefined));
    expect((await prune()).status).toBe(0);
    expect([has(orphan), has(other)]).toEqual([true, false]);
    expect(imageLists()).toBe(1);
  });
});

describe('nothing is deleted if, in read-only mode, the API server', () => {
  const FORBIDDEN: FaultAction = { do: 'respond', status: 403, body: '{"kind":"Status","code":403}' };
  const list = (kind: string, version: number, ...items: object[]): FaultAction => {
    const body = {
      kind: `${kind}List`,
      apiVersion: 'image.openshift.io/v1',
      metadata: { resourceVersion: `${version}` },
    };
    return { do: 'respond', status: 200, body: JSON.stringify({ ...body, items }) };
  };
  const NEWER = 1_000_000_000;

  test.each<[what: string, resource: string, answer: FaultAction, status: number, code: string, words: RegExp]>([
    ['lists no images', 'images', list('Image', NEWER), 4, 'OTHER_STORAGE', /only 0 of the 3 images/],
    [
      'lists few images',
      'images',
      list('Image', NEWER, anImage(image, layer)),
      4,
      'OTHER_STORAGE',
      /only 1 of the 3 images/,
    ],
    [
      'lists no streams',
      'imagestreams',
      list('ImageStream', NEWER),
      4,
      'OTHER_STORAGE',
      /only 0 of the 1 image streams/,
    ],
    ['lists an older version', 'images', list('Image', 1, anImage(image, layer)), 1, 'LIST_INCONSISTENT', /older/],
  ])('%s', async (_what, resource, answer, status, code, words) => {
    for (const name of ['second', 'third']) sandbox.store.put('images', anImage(digest(name), layer));
    sandbox.onRequest((request) => (isWatch(request, resource) ? FORBIDDEN : undefined));
    sandbox.onRequest((request) => (isList(request, resource) && isReadOnly() ? answer : undefined));
    const result = await prune();
    expect(result.status).toBe(status);
    expect(JSON.parse(result.stdout)).toMatchObject({ code, message: expect.stringMatching(words) as string });
    expect([orphan, other, unused].every(has)).toBe(true);
    expect(guardedState(sandbox)).toEqual(before);
  });
});

test('nothing is deleted if the lists cannot be read again', async () => {
  sandbox.onRequest((request) => (isWatch(request, 'images') ? { do: 'reset' } : undefined));
  sandbox.onRequest((request) =>
    isList(request, 'images') && isReadOnly() ? { do: 'respond', status: 403, body: 'no' } : undefined,
  );
  expect((await prune()).status).toBe(1);
  expect([orphan, other, unused].every(has)).toBe(true);
  expect(guardedState(sandbox)).toEqual(before);
});

describe('refused after the scan, with nothing changed', () => {
  const changes = (): string[] =>
    sandbox.requests.flatMap(({ method, path }) => (method === 'GET' || path.includes('reviews') ? [] : [path]));

  test('more than --max-delete', async () => {
    const { status, stdout } = await prune('--max-delete=1');
    expect([status, stdout]).toEqual([4, expect.stringContaining('MAX_DELETE')]);
    expect(changes()).toEqual([]);
  });

  test('a manifest that exists but cannot be read', async () => {
    const name = digest('unreadable');
    makeStorageTree(storage, { blobs: { [name]: 10 }, repositories: {} });
    sandbox.store.put('images', { metadata: { name } });
    const { status, stdout } = await prune();
    expect([status, stdout]).toEqual([1, expect.stringContaining('IMAGE_UNREADABLE')]);
    expect(changes()).toEqual([]);
  });
});

describe('interrupted', () => {
  const PHASES: Record<string, (request: RequestInfo) => boolean> = {
    'during the scan': (request) => isList(request, 'images') && !isReadOnly(),
    'during the second look': (request) => isList(request, 'images') && isReadOnly(),
    ...MOMENTS,
  };
  const phases = Object.entries(PHASES);

  test.each(phases)('%s, by SIGINT: the registry is as before, and nothing was deleted', async (_phase, isPhase) => {
    const run = startPrune();
    once(isPhase, () => void run.child.kill('SIGINT'));
    expect((await run.ended).status).toBe(130);
    expect([orphan, other, unused].every(has)).toBe(true);
    expect(guardedState(sandbox)).toEqual(before);
  });

  test.each(phases)('%s, by kill -9: --recover, and the next run finishes', async (_phase, isPhase) => {
    const run = startPrune();
    once(isPhase, () => void run.child.kill('SIGKILL'));
    expect((await run.ended).signal).toBe('SIGKILL');
    expect([orphan, other, unused].every(has)).toBe(true);
    expect((await runIn(sandbox, ['prune', 'hard', '--recover'])).status).toBe(0);
    expect(guardedState(sandbox)).toEqual(before);
    expect((await prune()).status).toBe(0);
    expect([orphan, other, unused].some(has)).toBe(false);
  });
});

test('another run takes the lock after the scan: refused, and nothing was changed', async () => {
  const first = startPrune();
  let second: Promise<CliResult> | undefined;
  sandbox.onRequest(async ({ method, path }) => {
    if (second || method !== 'PATCH' || !path.includes('configs')) return undefined;
    second = runIn(sandbox, ['registry', 'readonly']);
    const config = sandbox.store.get('configs', 'cluster')!;
    const renewedAt = new Date().toISOString();
    const record = {
      ...{ version: 1, holder: { id: '0f0f0f0f', host: 'another-host', pid: 1 }, startedAt: renewedAt, renewedAt },
      ...{ previousReadOnly: null, changesMode: true },
    };
    const annotations = { ...config.metadata.annotations, 'regadm/hard-prune': JSON.stringify(record) };
    sandbox.store.put('configs', { ...config, metadata: { ...config.metadata, annotations } });
    return undefined;
  });
  const { status } = await first.ended;
  await second;
  expect(status).toBe(4);
  expect([orphan, other, unused].every(has)).toBe(true);
  expect(isReadOnly()).toBe(false);
});

test('--read-only=required finds unused data first, too, and reports no outage', async () => {
  expect((await runIn(sandbox, ['registry', 'readonly', 'on'])).status).toBe(0);
  let pushing = false;
  sandbox.onRequest(({ method, path }) => {
    if (method === 'PATCH' && path.includes('configs') && !pushing) push();
    if (method === 'PATCH' && path.includes('configs')) pushing = true;
  });
  const result = await prune('--read-only=required');
  expect(result.status).toBe(0);
  expect([has(orphan), has(other)]).toEqual([true, false]);
  expect(documentOf(result).summary).not.toHaveProperty('readOnlySeconds');
});

/** Interrupts a run once, at the first request that matches, and waits until it has noticed. */
function interruptAt(matches: (request: RequestInfo) => boolean): Promise<CliResult> {
  let done = false;
  sandbox.onRequest(async (request) => {
    if (done || !matches(request)) return;
    done = true;
    await interrupt(run.child, 'SIGINT');
  });
  const run = startPrune();
  return run.ended;
}

const isModeChange = ({ method, path }: RequestInfo): boolean => method === 'PATCH' && path.includes('configs');

test('SIGINT while the mode is restored: the restoration completes, and the exit status is 130', async () => {
  const result = await interruptAt((request) => isModeChange(request) && !has(orphan));
  expect(result.stderr).toContain('Interrupted: restoring the registry.');
  expect(result.stderr).toContain('interrupted by SIGINT; what was deleted before that is listed\n');
  expect(result.status).toBe(130);
  const { procedure, failures, summary } = documentOf(result);
  expect(procedure.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
  expect([failures, summary.failed]).toEqual([[], 0]);
  expect(guardedState(sandbox)).toEqual(before);
});

test('SIGINT before the registry is locked: the message speaks of no restoration, and nothing is changed', async () => {
  const { status, stderr } = await interruptAt((request) => isList(request, 'imagestreams'));
  expect([status, stderr]).toEqual([130, expect.stringContaining('Interrupted: finishing requests in flight')]);
  expect(stderr).not.toMatch(/restoring|--recover/);
  expect([has(orphan), guardedState(sandbox)]).toEqual([true, before]);
});

test('what cannot be restored is in the failures and the warnings of the document', async () => {
  let refused = 0;
  sandbox.onRequest((request) =>
    isModeChange(request) && !has(orphan) && ++refused ? { do: 'status', status: 403 } : undefined,
  );
  const result = await prune();
  expect([result.status, refused]).toEqual([3, expect.any(Number)]);
  const { failures, warnings, summary } = documentOf(result);
  const target = 'restoring the mode (read-write)';
  expect(failures).toEqual([{ target, message: expect.any(String), suggestions: expect.any(Array) }]);
  expect(failures[0]!.suggestions).toContain('run: regadm prune hard --recover');
  expect(warnings).toContain(`${target}: ${failures[0]!.message}`);
  expect(summary.failed).toBe(1);
});
