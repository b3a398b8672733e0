import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { PruneDocument } from '../../support/cluster-checks.js';
import { missingParts, stateOf } from '../../support/cluster-checks.js';
import { aRunningPod, aScene, HOST, prune, type Scene } from '../../support/prune-scene.js';
import { regadm, type Outcome } from '../../support/regadm.js';

let scene: Scene;
beforeEach(async () => {
  scene = await aScene();
});
afterEach(() => scene.sandbox.stop());

const images = (...args: string[]): Promise<Outcome> => prune(scene, ['prune', 'images', ...args]);
const documentOf = ({ stdout }: Outcome): PruneDocument => JSON.parse(stdout) as PruneDocument;
const breakBlobs = (): void => scene.sandbox.addFault('DELETE ^/admin/ every=2 => 400');

test('a dry run shows the plan as tables and how to apply it; nothing is changed', async () => {
  const before = stateOf(scene.sandbox);
  const { status, stdout, stderr } = await images();
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Would delete [^]*\n\nImage streams to update\n/);
  expect(stdout).toContain('\nImages to delete\n');
  expect(stdout).toMatch(/\nSummary\n.*\nDry run: nothing was changed\. .* --confirm\.\n$/s);
  expect(stateOf(scene.sandbox)).toEqual(before);
  const changes = scene.sandbox.requests.filter(({ method }) => ['PUT', 'PATCH', 'DELETE'].includes(method));
  expect(changes).toEqual([]);
});

test('all formats show the same images', async () => {
  const [json, yaml, name, oc, wide] = await Promise.all(
    ['json', 'yaml', 'name', 'oc', 'wide'].map((format) => images('-o', format)),
  );
  const names = documentOf(json!).images.map((image) => image.name);
  expect(names.length).toBeGreaterThan(5);
  expect((parse(yaml!.stdout) as PruneDocument).images.map((image) => image.name)).toEqual(names);
  expect(name!.stdout.trim().split('\n')).toEqual(names.map((image) => `image.image.openshift.io/${image}`));
  expect(oc!.stdout.match(/^Deleting image \S+$/gm)).toEqual(names.map((image) => `Deleting image ${image}`));
  for (const image of names) expect(wide!.stdout).toContain(image);
});

test('--json is -o json', async () => {
  expect(documentOf(await images('--json')).dryRun).toBe(true);
});

test('--confirm deletes, ends with status 0 and leaves hints on stderr', async () => {
  const { status, stdout, stderr } = await images('--confirm', '-o', 'json');
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^hint: the registry's blob cache/)]);
  const document = JSON.parse(stdout) as PruneDocument;
  expect(document).toMatchObject({ dryRun: false, failures: [] });
  expect(new Set(document.images.map((image) => image.status))).toEqual(new Set(['deleted']));
  expect(missingParts(scene.sandbox)).toEqual([]);
});

test('a dry run names the command that applies the plan that it wrote; a confirmed one names its audit log', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'regadm-images-'));
  const [plan, log] = [join(directory, 'plan.json'), join(directory, 'audit.log')];
  try {
    expect((await images('--plan-out', plan)).stdout).toContain(`run regadm prune images --plan ${plan} --confirm.\n`);
    rmSync(plan);
    const { status, stderr } = await images('--plan-out', plan, '--audit-log', log, '--confirm');
    expect([status, stderr]).toEqual([0, expect.stringContaining(`hint: the audit log is in ${log}: `)]);
    // The plan is that of the run: what it says was deleted.
    const { images: planned } = JSON.parse(readFileSync(plan, 'utf8')) as { images: { name: string }[] };
    for (const { name } of planned) expect(readFileSync(log, 'utf8')).toContain(name);
    const again = await images('--audit-log', log, '--confirm');
    expect([again.status, again.stderr]).toEqual([0, expect.not.stringContaining('audit log')]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.each([
  ['spec', { spec: { storage: { s3: { bucket: 'b' } }, replicas: 2 } }],
  ['status', { spec: { storage: {} }, status: { storage: { managementState: 'Managed', s3: { bucket: 'b' } } } }],
])('on S3 (stated in the %s), a confirmed run ends with how to check it', async (_where, config) => {
  scene.sandbox.store.put('configs', { metadata: { name: 'cluster' }, ...config });
  const { status, stderr } = await images('--confirm', '-o', 'json');
  expect(status).toBe(0);
  expect(stderr).toMatch(/^hint: on s3 storage, .* regadm prune hard .* regadm registry restart$/m);
});

test('-v 4 shows on stderr why each object is kept', async () => {
  scene.sandbox.store.put('pods', aRunningPod('shop/web', `${HOST}/ops/batch@${scene.batch[4]}`));
  const { stdout, stderr } = await images('-v', '4', '-o', 'name');
  expect(stderr).toContain(
    `keeping ops/batch:nightly item 4 (${scene.batch[4]}): used by pod shop/web (container main)`,
  );
  expect(stdout).not.toContain('keeping');
});

test('what the registry states about its storage is shown with its remedy, once', async () => {
  const detail = 's3aws: AccessDenied: not authorized to perform s3:DeleteObject\n\tstatus code: 403';
  const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: 'unknown error', detail }] });
  const outdated = scene.sandbox.registry.blobs();
  let probed = false;
  scene.sandbox.onRequest(({ method, path }) => {
    if (method !== 'DELETE' || !path.startsWith('/admin/blobs/')) return;
    const isProbe = !probed && !outdated.some((digest) => path.endsWith(digest));
    probed = true;
    return isProbe ? undefined : { do: 'respond', status: 500, contentType: 'application/json', body };
  });
  const { status, stdout } = await images('--confirm', '--num-workers=20');
  expect(status).toBe(3);
  expect(stdout).toMatch(/^ {2}blob sha256:.*unexpected status 500: UNKNOWN: unknown error: s3aws: AccessDenied: /m);
  expect(stdout.match(/allow the registry to read and delete in its storage/g)).toHaveLength(1);
  expect(stdout).toContain('\n  * read what the registry says about it: oc -n openshift-image-registry logs ');
});

test.each(['auto', 'skip'])('a warning of a dry run says what to do (--preflight=%s)', async (preflight) => {
  scene.sandbox.addFault('registry-gone');
  const run = await images('-o', 'json', '--preflight', preflight);
  expect(run.status).toBe(0);
  expect(run.stderr).toMatch(
    /^warning: registry: .*: connection refused; expose the registry .* and pass --registry-url/m,
  );
  expect(documentOf(run).warnings).toContainEqual(expect.stringContaining('; expose the registry'));
});

test.each(['oc', 'name'])('-o %s lists only what was done: stderr names what failed', async (format) => {
  breakBlobs();
  const { status, stdout, stderr } = await images('--confirm', '-o', format);
  expect(status).toBe(3);
  expect(stderr).toMatch(/^error: blob sha256:[0-9a-f]{64}: error communicating with registry: /m);
  expect(stdout).not.toContain('error');
});

describe('a namespace without image streams', () => {
  test('is an error if it does not exist', async () => {
    const { status, stdout, stderr } = await images('-n', 'nowhere', '--confirm');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('error: namespace nowhere does not exist\n  * check the name: ');
  });

  test('is a warning with --referrers=oc, because oc succeeds', async () => {
    const { status, stderr } = await images('-n', 'nowhere', '--referrers=oc');
    expect(status).toBe(0);
    expect(stderr).toContain('warning: namespace nowhere does not exist; check the name: ');
  });

  test('is a warning for a user who may not read namespaces', async () => {
    const run = await prune(scene, ['prune', 'images', '-n', 'nowhere'], {
      kubeconfig: scene.sandbox.kubeconfig.pruner,
    });
    expect(run.status).toBe(0);
    expect(run.stderr).toMatch(/^warning: namespace nowhere has no image streams, and this user may not see whether/m);
  });

  test('is a warning if the response does not show whether it exists: a 404 of a proxy', async () => {
    const page = { do: 'respond', status: 404, contentType: 'text/html', body: '<html>' } as const;
    scene.sandbox.onRequest(({ path }) => (path.endsWith('/namespaces/nowhere') ? page : undefined));
    const { status, stderr } = await images('-n', 'nowhere');
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^warning: namespace nowhere has no image streams, and it is not known whether it exists \(/m,
    );
  });

  test('that exists is neither', async () => {
    expect(await images('-n', 'default')).toMatchObject({ status: 0, stderr: '' });
  });
});

test('a registry that is set to read-only mode is a warning in a dry run, and stops a confirmed one', async () => {
  scene.sandbox.store.put('configs', { metadata: { name: 'cluster' }, spec: { readOnly: true } });
  const dryRun = await images();
  const remedy = 'end the read-only mode: regadm registry readonly off';
  expect([dryRun.status, dryRun.stdout]).toEqual([0, expect.stringContaining('First solve what the warnings state')]);
  expect(dryRun.stderr).toMatch(/warning: mode: the registry is set to read-only mode .*nothing was changed; /);
  expect(dryRun.stderr).toContain(remedy);
  const before = stateOf(scene.sandbox);
  scene.sandbox.addFault('registry-read-only');
  const { status, stderr } = await images('--confirm');
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining('the registry is in read-only mode; nothing was changed'),
  ]);
  expect(stderr).toContain(remedy);
  expect(stateOf(scene.sandbox)).toEqual(before);
});

describe('the exit status', () => {
  test('is 2 if a dry run with --detailed-exitcode finds something', async () => {
    expect((await images('--detailed-exitcode')).status).toBe(2);
    expect((await images('--detailed-exitcode', '-n', 'default')).status).toBe(0);
  });

  test('is 3 if a deletion failed', async () => {
    breakBlobs();
    const run = await images('--confirm', '-o', 'json');
    expect(run.status).toBe(3);
    expect(documentOf(run).failures.length).toBeGreaterThan(0);
  });

  test('is 4 if a guard refuses the plan', async () => {
    const run = await images('--confirm', '--max-delete=1', '-o', 'json');
    expect(run.status).toBe(4);
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'Error', code: 'MAX_DELETE' });
  });

  test('is 4 if a dry run finds more than --max-delete, after it has shown all of it', async () => {
    const plan = join(tmpdir(), `regadm-refused-${process.pid}.json`);
    const table = await images('--max-delete=1', '--detailed-exitcode', '--plan-out', plan);
    const refused = `nothing was changed, and ${plan} was not written\n  * check what it would delete`;
    expect([table.status, table.stderr]).toEqual([4, expect.stringContaining(refused)]);
    expect(table.stdout).toMatch(/^Images to delete\n[^]*larger than --max-delete allows\.\n$/m);
    expect(existsSync(plan)).toBe(false);
    const json = await images('--max-delete=1', '-o', 'json');
    expect([json.status, documentOf(json)]).toEqual([4, expect.objectContaining({ dryRun: true, failures: [] })]);
    expect(documentOf(json).images.length).toBeGreaterThan(1);
  });

  test('is 1 if the cluster cannot be read', async () => {
    scene.sandbox.addFault('GET /pods => 403');
    const run = await images('-o', 'json');
    expect(run.status).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'Error', code: 'FORBIDDEN' });
    expect(run.stderr).toMatch(/^error: cannot list pods: /);
  });

  test('is 130 after Ctrl-C; the result lists what was done', async () => {
    let interrupt = (): void => {};
    // The first change of a run: a deletion would also match the preflight's.
    scene.sandbox.onRequest(({ method }) => {
      if (method !== 'PUT') return;
      interrupt();
      // A second signal would stop the run at once.
      interrupt = () => {};
    });
    const run = await prune(scene, ['prune', 'images', '--confirm', '-o', 'json'], {
      started: (child) => (interrupt = () => void child.kill('SIGINT')),
    });
    expect(run.status).toBe(130);
    expect(run.stderr).toContain('Interrupted: finishing requests in flight');
    expect(documentOf(run)).toMatchObject({ kind: 'ImagePrune', interrupted: true });
  });
});

test.each([
  [['--confirm=maybe'], '--confirm'],
  [['--num-workers=0'], '--num-workers must be at least 1'],
  [['--from', '.', '--confirm'], '--from cannot be specified with --confirm'],
  [['shop/web'], 'unexpected argument "shop/web"'],
])('%j is refused before a cluster is needed', async (args, message) => {
  const { status, stdout, stderr } = await regadm(['prune', 'images', ...args]);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
});
