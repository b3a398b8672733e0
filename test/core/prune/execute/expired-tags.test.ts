import { startSandbox, type KubeObject, type Sandbox } from '../../../../src/sandbox/index.js';
import type { RetentionPolicy, RetentionRule } from '../../../../src/core/model/retention-policy.js';
import { reduceStream } from '../../../../src/core/model/image-stream.js';
import type { PruneDocument } from '../../../support/cluster-checks.js';
import { aRunningPod, HOST, inProcess, pruneInProcess } from '../../../support/prune-scene.js';

const OLD = '2025-01-01T00:00:00Z';
const EXPIRY = { olderThanMs: 14 * 86_400_000, keepNewest: 0, orderBy: 'created', tracked: false } as const;
const DEFAULTS = { keepTagRevisions: 3, keepYoungerThanMs: 3_600_000 };

function policy(rule: Partial<RetentionRule> = {}): RetentionPolicy {
  const any = (): boolean => true;
  const match = { namespace: any, stream: any, tag: (name: string) => name.startsWith('pr-') };
  return {
    file: 'policy.yaml',
    source: { apiVersion: 'regadm/v1', kind: 'RetentionPolicy', rules: [] },
    rules: [{ ...DEFAULTS, name: 'pull requests', match, expireTag: EXPIRY, ...rule }],
    defaults: DEFAULTS,
  };
}

/** The state that an interrupted run leaves: `pr-1` has no items any longer, and the annotation names it. */
function leftBehind(sandbox: Sandbox, entry: object = { name: 'pr-1' }): void {
  const spec = { tags: [entry, { name: 'pr-2', from: { kind: 'DockerImage', name: 'quay.io/not/imported:yet' } }] };
  const [tag] = reduceStream({ metadata: { name: 'web' }, spec } as KubeObject).specTags!;
  sandbox.store.put('imagestreams', {
    metadata: {
      namespace: 'shop',
      name: 'web',
      creationTimestamp: OLD,
      annotations: { 'regadm/pending-tags': `pr-1=${tag!.version}` },
    },
    spec,
    status: { dockerImageRepository: `${HOST}/shop/web`, tags: [] },
  });
}

const run = (sandbox: Sandbox, rule?: Partial<RetentionRule>, dryRun = false) =>
  pruneInProcess(inProcess(sandbox), { options: { policy: policy(rule) }, dryRun });

const specTags = (sandbox: Sandbox): unknown =>
  (sandbox.store.get('imagestreams', 'shop', 'web')!.spec!.tags as { name: string }[]).map(({ name }) => name);
const annotations = (sandbox: Sandbox): unknown =>
  sandbox.store.get('imagestreams', 'shop', 'web')!.metadata.annotations ?? {};
const expiredTags = ({ imageStreams }: PruneDocument): unknown =>
  imageStreams.flatMap((stream) => (stream as unknown as { expiredTags?: object[] }).expiredTags ?? []);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ cluster: {} });
});
afterAll(() => sandbox.stop());
beforeEach(async () => {
  sandbox.clearFaults();
  sandbox.store.remove('pods', 'shop', 'user');
  leftBehind(sandbox);
});

test('the next run deletes the tag that an interrupted run has left, and no tag that was not imported yet', async () => {
  const planned = await run(sandbox, {}, true);
  expect(expiredTags(planned.document)).toEqual([
    { tag: 'pr-1', rule: 'pull requests', inSpec: true, status: 'would-delete' },
  ]);
  expect(specTags(sandbox)).toEqual(['pr-1', 'pr-2']);
  const { document } = await run(sandbox);
  expect(expiredTags(document)).toEqual([{ tag: 'pr-1', rule: 'pull requests', inSpec: true, status: 'deleted' }]);
  expect(document.summary).toMatchObject({ imageStreamTags: 1, failed: 0 });
  expect(specTags(sandbox)).toEqual(['pr-2']);
  expect(annotations(sandbox)).toEqual({});
});

test.each<[string, Partial<RetentionRule>, object | undefined]>([
  ['no rule matches it', { match: { namespace: () => true, stream: () => true, tag: () => false } }, undefined],
  ['its rule lets nothing expire', { expireTag: undefined }, undefined],
  ['it follows another image', {}, { name: 'pr-1', from: { kind: 'DockerImage', name: 'quay.io/a/b:1' } }],
])('the tag stays if %s', async (_why, rule, entry) => {
  leftBehind(sandbox, entry);
  const { document } = await run(sandbox, rule);
  expect(expiredTags(document)).toEqual([]);
  expect(specTags(sandbox)).toEqual(['pr-1', 'pr-2']);
});

test('a tag that follows another image is deleted with `tracked: true`', async () => {
  leftBehind(sandbox, { name: 'pr-1', from: { kind: 'DockerImage', name: 'quay.io/a/b:1' } });
  await run(sandbox, { expireTag: { ...EXPIRY, tracked: true } });
  expect(specTags(sandbox)).toEqual(['pr-2']);
});

test('the tag stays if its entry was changed since, or a pod uses it', async () => {
  const stream = sandbox.store.get('imagestreams', 'shop', 'web')!;
  sandbox.store.put('imagestreams', { ...stream, spec: { tags: [{ name: 'pr-1', annotations: { keep: 'me' } }] } });
  expect(expiredTags((await run(sandbox)).document)).toEqual([]);
  leftBehind(sandbox);
  sandbox.store.put('pods', aRunningPod('shop/user', `${HOST}/shop/web:pr-1`));
  expect(expiredTags((await run(sandbox)).document)).toEqual([]);
  expect(specTags(sandbox)).toEqual(['pr-1', 'pr-2']);
});

test.each<[string, (stream: KubeObject) => KubeObject, string]>([
  [
    'it is pushed in between',
    (stream) => ({
      ...stream,
      status: {
        ...stream.status,
        tags: [{ tag: 'pr-1', items: [{ image: `sha256:${'a'.repeat(64)}`, created: new Date().toISOString() }] }],
      },
    }),
    'the tag was pushed again in the meantime',
  ],
  [
    'its entry is changed in between',
    (stream) => ({ ...stream, spec: { tags: [{ name: 'pr-1', generation: 7 }] } }),
    'the tag was changed in the meantime',
  ],
])('the tag is skipped if %s', async (_what, change, reason) => {
  let isFirst = true;
  sandbox.onRequest(({ method, path }) => {
    if (method !== 'GET' || !path.endsWith('/imagestreams/web') || !isFirst) return;
    isFirst = false;
    sandbox.store.put('imagestreams', change(sandbox.store.get('imagestreams', 'shop', 'web')!));
  });
  const { document } = await run(sandbox);
  expect(expiredTags(document)).toEqual([
    { tag: 'pr-1', rule: 'pull requests', inSpec: true, status: 'skipped', reason },
  ]);
  expect(specTags(sandbox)).toContain('pr-1');
  expect(document.failures).toEqual([]);
});

test('two runs at once both succeed', async () => {
  const runs = await Promise.all([run(sandbox), run(sandbox)]);
  for (const { document } of runs) expect(document.failures).toEqual([]);
  expect(specTags(sandbox)).toEqual(['pr-2']);
});

test.each([
  ['a lost response', 'DELETE imagestreamtags nth=1 => after=reset'],
  ['a server that fails for a while', 'DELETE imagestreamtags times=2 => 503'],
  ['a conflict', 'DELETE imagestreamtags nth=1 => 409'],
])('the tag is deleted despite %s', async (_what, fault) => {
  sandbox.addFault(fault);
  const { document } = await run(sandbox);
  expect(expiredTags(document)).toMatchObject([{ tag: 'pr-1', status: 'deleted' }]);
  expect(specTags(sandbox)).toEqual(['pr-2']);
});

test('a deletion that is refused is a failure, and the next run finishes it', async () => {
  sandbox.addFault('DELETE imagestreamtags => 403');
  const { document } = await run(sandbox);
  expect(expiredTags(document)).toMatchObject([{ tag: 'pr-1', status: 'failed', message: expect.any(String) }]);
  expect(document.failures).toMatchObject([{ target: 'image stream tag shop/web:pr-1' }]);
  sandbox.clearFaults();
  await run(sandbox);
  expect(specTags(sandbox)).toEqual(['pr-2']);
});
