import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.js';
import { aCluster, anImageStream, anOrdinaryImage, digest, HOST } from '../../support/builders.js';
import { regadm, type Outcome } from '../../support/regadm.js';

const THINGS = { group: 'example.com', version: 'v1', resource: 'things', kind: 'Thing', namespaced: true };
const CATALOGS = { ...THINGS, resource: 'catalogs', kind: 'Catalog', namespaced: false };
const OTHER_THINGS = { ...THINGS, group: 'other.example.com' };

const directory = mkdtempSync(path.join(tmpdir(), 'regadm-referrers-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const old = [0, 1, 2, 3, 4].map((at) => digest(`app ${at}`));
const named = (at: number): string => `${HOST}/ns/app@${old[at]!}`;
const metadata = { name: 'one', namespace: 'ns' };

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

async function begin(objects: Record<string, unknown[]>, options: SandboxOptions = {}): Promise<void> {
  const cluster = aCluster(anImageStream('ns/app').withTag('latest', old), ...old.map((_, at) => anImage(at)));
  sandbox = await startSandbox({
    cluster: { ...cluster, ...objects },
    customResources: [THINGS, CATALOGS, OTHER_THINGS],
    ...options,
  });
}

const anImage = (at: number): ReturnType<typeof anOrdinaryImage> => anOrdinaryImage(`app ${at}`);

/** Writes a file that declares resources, one line each from line 4. */
function declare(...resources: string[]): string {
  const file = path.join(directory, 'referrers.yaml');
  writeFileSync(
    file,
    `apiVersion: regadm/v1\nkind: Referrers\nresources:\n${resources.map((one) => `  - ${one}\n`).join('')}`,
  );
  return file;
}

const IMAGES = '{ resource: things.example.com/v1, images: ["$.spec.steps[*].image", "$..sidecar"] }';

const run = (command: string[], ...args: string[]): Promise<Outcome> =>
  regadm([...command, '-o', 'json', '--kubeconfig', sandbox.kubeconfig.admin, ...args]);
const prune = (...args: string[]): Promise<Outcome> => run(['prune', 'images'], ...args);
const pruned = ({ stdout }: Outcome): string[] =>
  (JSON.parse(stdout) as { images: { name: string }[] }).images.map(({ name }) => name).sort();
const warningsIn = ({ stdout }: Outcome): string[] =>
  (JSON.parse(stdout) as { warnings: string[] }).warnings.map((line) => line.replaceAll(`${directory}/`, ''));

test.each(['extended', 'all'])('with --referrers=%s, declared fields keep their images', async (referrers) => {
  await begin({
    'things.example.com': [{ metadata, spec: { steps: [{}, { image: named(3) }], a: { sidecar: old[4] } } }],
  });
  const file = declare(IMAGES);
  expect(pruned(await prune('--referrers', 'oc'))).toEqual([old[3]!, old[4]!].sort());
  const outcome = await prune('--referrers', referrers, '--referrers-file', file, '-v', '4');
  expect(outcome.status).toBe(0);
  expect(pruned(outcome)).toEqual([]);
  expect(JSON.parse(outcome.stdout)).toMatchObject({
    options: { referrers, referrersFile: file },
    invalidReferences: [],
  });
  expect(outcome.stderr).toContain('thing ns/one (spec.steps[1].image)');
  expect(outcome.stderr).toContain(
    'referrers.yaml:4: $.spec.steps[*].image: 1 value in 1 object of things.example.com/v1',
  );
});

test('prune why names the object and the path', async () => {
  await begin({ 'things.example.com': [{ metadata, spec: { steps: [{ image: named(4) }] } }] });
  const file = declare('{ resource: things.example.com/v1, images: ["$..image"] }');
  const why = await run(['prune', 'why', old[4]!], '--referrers-file', file);
  expect(JSON.parse(why.stdout)).toMatchObject({
    options: { referrersFile: file },
    answers: [
      { images: [{ verdict: 'keep', referrers: [{ kind: 'Thing', ...metadata, field: 'spec.steps[0].image' }] }] },
    ],
  });
});

test('tags of image streams are in the own namespace unless the value names one', async () => {
  const keepNone = ['--keep-tag-revisions', '0', '--keep-younger-than', '0'];
  const file = declare(
    '{ resource: things.example.com/v1, imageStreamTags: ["$.spec.from"] }',
    '{ resource: catalogs.example.com/v1, imageStreamTags: ["$.tags[*]"] }',
  );
  await begin({ 'things.example.com': [{ metadata, spec: { from: 'app:latest' } }] });
  const own = await prune(...keepNone, '--referrers-file', file);
  expect(pruned(own)).not.toContain(old[0]);
  expect(warningsIn(own)).toContainEqual(expect.stringMatching(/^referrers.yaml:5: there are no objects of catalogs/));
  await sandbox.stop();
  const tags = ['ns/app:latest', 'app:latest', 'a/b/c:d', { stream: 'x' }, 7];
  await begin({ 'catalogs.example.com': [{ metadata: { name: 'all' }, tags }] });
  const named = await prune(...keepNone, '--referrers-file', file);
  expect(pruned(named)).not.toContain(old[0]);
  const { invalidReferences } = JSON.parse(named.stdout) as { invalidReferences: { field: string; message: string }[] };
  expect(invalidReferences.map(({ field, message }) => `${field} ${message.split(';')[0]}`)).toEqual([
    'tags[1] invalid image reference: it needs a namespace, because its object has none',
    'tags[2] invalid image reference: it is not [NAMESPACE/]STREAM:TAG',
    'tags[3] invalid image reference: it is an object, not text',
    'tags[4] invalid image reference: it is a number, not text',
  ]);
});

test('values that are not pull specs end no run, and keep what they may mean', async () => {
  const images = [named(3), `and ${named(4)}!`];
  await begin({
    'things.example.com': [
      { metadata, spec: { image: { list: images } } },
      { metadata: { ...metadata, name: 'two' }, spec: { image: [[]] } },
    ],
  });
  const file = declare('{ resource: things.example.com/v1, images: ["$.spec.image"] }');
  const outcome = await prune('--referrers-file', file, '--keep-tag-revisions=1');
  expect(outcome.status).toBe(0);
  expect(pruned(outcome)).toEqual([old[1]!, old[2]!].sort());
});

test('a path that matches nothing is a warning; without objects, that is said', async () => {
  await begin({
    'things.example.com': [
      { metadata, spec: {} },
      { metadata: { ...metadata, name: 'two' }, spec: {} },
    ],
  });
  const file = declare(IMAGES, '{ resource: catalogs.example.com/v1, images: ["$.image"] }');
  const expected = [
    'referrers.yaml:4: $.spec.steps[*].image matches nothing in any of the 2 objects of things.example.com/v1',
    'referrers.yaml:4: $..sidecar matches nothing in any of the 2 objects of things.example.com/v1',
    'referrers.yaml:5: there are no objects of catalogs.example.com/v1, so its paths were not tried',
  ];
  expect(warningsIn(await prune('--referrers-file', file))).toEqual(expect.arrayContaining(expected));
  expect(warningsIn(await run(['prune', 'why', 'ns/app'], '--referrers-file', file))).toEqual(expected);
});

test('resources that the cluster lacks are errors, all at once, with similar names', async () => {
  await begin({});
  const file = declare(
    '{ resource: thing.example.com/v1, images: ["$.a"] }',
    '{ resource: thinks.example.com/v1, images: ["$.a"] }',
    '{ resource: catalogs.exmaple.com/v1, images: ["$.a"] }',
    '{ resource: catalogs.example.com/v2, images: ["$.a"] }',
    '{ resource: podz/v1, images: ["$.a"] }',
    '{ resource: pods/v2, images: ["$.a"] }',
  );
  const { status, stderr } = await prune('--referrers-file', file, '--confirm');
  expect(status).toBe(1);
  for (const line of [
    'referrers.yaml:4: thing.example.com/v1: the cluster has no such resource in example.com/v1, did you mean things?',
    'referrers.yaml:5: thinks.example.com/v1: the cluster has no such resource in example.com/v1, did you mean things?',
    'referrers.yaml:6: catalogs.exmaple.com/v1: the cluster has no API group exmaple.com, did you mean example.com?',
    'referrers.yaml:7: catalogs.example.com/v2: the cluster serves only example.com/v1',
    'referrers.yaml:8: podz/v1: the cluster has no such resource in v1, did you mean pods?',
    'referrers.yaml:9: pods/v2: the core group has only v1',
  ])
    expect(stderr).toContain(line);
  expect(stderr).toContain('oc api-resources');
  expect(sandbox.requests.filter(({ method }) => method === 'DELETE' || method === 'PUT')).toEqual([]);
});

test.each([
  ['GET ^/apis/example.com/v1/things => 403', '--verb=list --resource=things.example.com'],
  ['GET ^/apis/example.com/v1/things => 404', 'cannot list things.example.com'],
  ['GET ^/apis/example.com/v1$ => 403', 'cannot discover the resources of example.com/v1'],
])('nothing is pruned after %s', async (fault, text) => {
  await begin({}, { fail: [fault] });
  const { status, stderr } = await prune('--referrers-file', declare(IMAGES), '--confirm');
  expect(status).toBe(1);
  expect(stderr).toContain(text);
  expect(sandbox.requests.filter(({ method }) => method === 'DELETE' || method === 'PUT')).toEqual([]);
});

test.each([
  ['--referrers=oc', '--referrers=oc, which reads no such kinds'],
  ['--referrers-file=none.yaml', 'cannot read --referrers-file none.yaml'],
])('%s is refused', async (flag, text) => {
  await begin({});
  const { status, stderr } = await prune('--referrers-file', declare(IMAGES), flag);
  expect(status).toBe(1);
  expect(stderr).toContain(text);
});

test('with --plan, declared fields keep what the plan would delete', async () => {
  await begin({ 'things.example.com': [{ metadata, spec: { steps: [{ image: named(4) }] } }] });
  const plan = path.join(directory, 'plan.json');
  expect(pruned(await prune('--plan-out', plan))).toContain(old[4]);
  expect(pruned(await prune('--plan', plan, '--referrers-file', declare(IMAGES)))).toEqual([old[3]]);
});

test.each([true, false])('what is created during the deletions keeps its image (watch allowed: %s)', async (watch) => {
  // A core kind, one that the cluster has twice, and one that is read without the file, too.
  const file = declare(
    IMAGES,
    '{ resource: things.other.example.com/v1, images: ["$.spec.image"] }',
    `{ resource: deployments.apps/v1, images: ["$.metadata.annotations['example.com/next']"] }`,
  );
  await begin({}, watch ? {} : { fail: ['GET watch=true => 403'] });
  let changed = false;
  sandbox.onRequest(({ method, path: at }) => {
    if (changed || method !== 'POST' || !at.includes('/selfsubjectaccessreviews')) return;
    changed = true;
    sandbox.store.put('things.example.com', { metadata, spec: { steps: [{ image: named(4) }] } });
    sandbox.store.put('things.other.example.com', { metadata, spec: { image: 'quay.io/x/y:1' } });
    const annotations = { 'example.com/next': named(3) };
    const template = { spec: { containers: [{ name: 'c', image: 'quay.io/x/y:1' }] } };
    sandbox.store.put('deployments', { metadata: { ...metadata, annotations }, spec: { template } });
  });
  const outcome = await prune(
    ...['--referrers-file', file, '--confirm', '--registry-url', sandbox.registryUrl],
    ...['--certificate-authority', sandbox.caFile],
  );
  expect(changed).toBe(true);
  expect(outcome.stderr).not.toContain('error');
  expect(old.filter((image) => sandbox.store.get('images', image) === undefined)).toEqual([]);
});
