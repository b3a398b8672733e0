import { gunzipSync } from 'node:zlib';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KubeObject } from '../../../src/core/model/kube.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { createAccess, unusedPermissions } from '../../support/job-access.js';
import { requires } from '../../support/jest/requires.js';
import { runKubectl } from '../../support/kubectl.js';
import { JOB_IMAGE, jobSpecOf, printedArgs, printedObjects, printedPod } from '../../support/printed-job.js';
import { regadm, type Outcome } from '../../support/regadm.js';

const NAMESPACE = 'openshift-image-registry';
const NAME = 'regadm-verify';

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox({ operator: true, sample: true, rolloutStepMs: 5 })));
afterAll(() => sandbox.stop());

const verify = (args: string[], env: Record<string, string> = {}): Promise<Outcome> =>
  regadm(['registry', 'verify', ...args], { kubeconfig: sandbox.kubeconfig.admin, env });
const print = (...args: string[]): Promise<Outcome> => verify(['--print-job', '--image', JOB_IMAGE, ...args]);

test('prints an Indexed Job that reads the volume of the registry', async () => {
  const outcome = await print('--parallelism=3', 'shop', '--storage=cluster', '-v=4');
  expect(outcome.status).toBe(0);
  expect(printedObjects(outcome).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(
    ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'NetworkPolicy', 'Job'].map(
      (kind) => `${kind} ${NAME}`,
    ),
  );
  expect(JSON.stringify(printedObjects(outcome).find(({ kind }) => kind === 'NetworkPolicy'))).toContain(
    'outgoing traffic of the pods that verify the registry.',
  );
  const { template, ...job } = jobSpecOf(outcome);
  expect(job).toEqual({ completionMode: 'Indexed', completions: 3, parallelism: 3, backoffLimit: 6 });
  expect(template.spec).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 30 });
  const [container] = printedPod(outcome).containers;
  expect(container).toMatchObject({
    args: [
      ...['registry', 'verify', '--storage=/registry', '--read-data-subset=job/3', '--store-result'],
      ...['shop', '--loglevel=4'],
    ],
    env: [
      { name: 'JOB_NAME', valueFrom: { fieldRef: { fieldPath: "metadata.labels['job-name']" } } },
      { name: 'JOB_UID', valueFrom: { fieldRef: { fieldPath: "metadata.labels['controller-uid']" } } },
    ],
    volumeMounts: [{ name: 'registry-storage', mountPath: '/registry', readOnly: true }],
  });
  expect(outcome.stderr).toContain('the API server accepts all 7 objects (dry run)');
  expect(outcome.stderr).toContain('all 3 pods run on one node');
  expect(outcome.stderr).toContain(`regadm registry verify --merge job/${NAME}`);
});

test('prints no Job for a namespace that does not exist', async () => {
  const { status, stdout, stderr } = await print('shop', 'nosuch/app');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('namespace nosuch does not exist');
});

test('prints a CronJob with --schedule, for 4 shards by default', async () => {
  const outcome = await print('--schedule=@weekly');
  expect(outcome.status).toBe(0);
  expect(printedObjects(outcome).at(-1)).toMatchObject({ kind: 'CronJob', spec: { concurrencyPolicy: 'Forbid' } });
  expect(jobSpecOf(outcome)).toMatchObject({ completions: 4, parallelism: 4, activeDeadlineSeconds: 86_400 });
});

requires('kubectl').test('kubectl accepts the Job and the CronJob in dry runs with validation', async () => {
  for (const args of [[], ['--schedule=@daily']]) {
    const { stdout } = await print(...args);
    const flags = ['--dry-run=server', '--validate=strict', '-o', 'name', '-f', '-'];
    const { status, error } = await runKubectl(sandbox, 'admin', ['create', ...flags, { input: stdout }]);
    expect({ status, error }).toEqual({ status: 0, error: '' });
  }
});

/** Runs what the pods of a printed Job run, as its service account, and returns their statuses. */
async function runPods(job: KubeObject, objects: KubeObject[], args: string[]): Promise<(number | null)[]> {
  const kubeconfig = createAccess(sandbox, NAME, objects);
  const here = args.map((arg) => arg.replace('--storage=/registry', `--storage=${sandbox.storageDir}`));
  const of = Number((job.spec as { completions: number }).completions);
  const statuses = [];
  for (let index = 0; index < of; index++) {
    const env = { JOB_NAME: job.metadata.name, JOB_UID: job.metadata.uid!, JOB_COMPLETION_INDEX: String(index) };
    const { status, stderr } = await regadm(here, { kubeconfig, env });
    expect(stderr).not.toContain('forbidden');
    const place = `configmaps/${NAME}-${index} in namespace ${NAMESPACE}`;
    expect(stderr).toContain(`about to store the result in ${place} of ${sandbox.apiUrl}\nstored in ${place};`);
    statuses.push(status);
  }
  return statuses;
}

/** Creates the printed Job as Kubernetes does, but starts no pod. */
function createJob(objects: KubeObject[], uid: string): KubeObject {
  const job = objects.find(({ kind }) => kind === 'Job')!;
  sandbox.store.remove('jobs', NAMESPACE, NAME);
  sandbox.store.put('jobs', { ...job, metadata: { ...job.metadata, uid }, status: {} });
  return sandbox.store.get('jobs', NAMESPACE, NAME)!;
}

interface Merged {
  summary: { images: number; blobs: number; bytesRead: number; broken: number };
  shards: { of: number; missing: number[] };
  unchecked: { target: string; message: string }[];
}

async function mergeJob(): Promise<{ status: number | null; document: Merged }> {
  const { status, stdout } = await verify(['--merge', `job/${NAME}`, '-o', 'json']);
  return { status, document: JSON.parse(stdout) as Merged };
}

test('the pods need exactly the printed permissions, and store what is merged to one result', async () => {
  const outcome = await print('--parallelism=2');
  const objects = printedObjects(outcome);
  // Its Image object is missing, so that it is asked for.
  const [image] = sandbox.store.list('images');
  sandbox.store.remove('images', image!.metadata.name);
  const job = createJob(objects, 'uid-1');
  // The documents of an earlier run.
  for (const index of [0, 1])
    sandbox.store.put('configmaps', { metadata: { name: `${NAME}-${index}`, namespace: NAMESPACE } });
  expect((await verify(['--merge', `job/${NAME}`])).stderr).toContain('has no documents');

  expect(await runPods(job, objects, printedArgs(outcome))).toEqual([0, 0]);
  expect(sandbox.requests.filter((request) => request.status === 403)).toEqual([]);
  expect(unusedPermissions(sandbox, objects)).toEqual([]);
  const stored = sandbox.store.get('configmaps', NAMESPACE, `${NAME}-1`)!;
  expect(stored.metadata.ownerReferences).toEqual([{ apiVersion: 'batch/v1', kind: 'Job', name: NAME, uid: 'uid-1' }]);
  const content = (stored.binaryData as Record<string, string>)['verification.json.gz']!;
  expect(JSON.parse(gunzipSync(Buffer.from(content, 'base64')).toString())).toMatchObject({
    kind: 'RegistryVerification',
    shard: { index: 1, of: 2 },
    cluster: sandbox.store.get('namespaces', 'kube-system')!.metadata.uid,
  });

  const { status, document } = await mergeJob();
  expect(status).toBe(2);
  expect(document.shards).toEqual({ of: 2, missing: [], truncated: [] });
  expect(document.summary.broken).toBeGreaterThan(0);
  expect(document.summary.bytesRead).toBeGreaterThan(0);

  const asPruner = await regadm(['registry', 'verify', '--merge', `job/${NAME}`], {
    kubeconfig: sandbox.kubeconfig.pruner,
  });
  expect(asPruner.stderr).toContain(`permission to get configmaps in namespace ${NAMESPACE}`);
  expect(asPruner.stderr).not.toContain('ask for the cluster role');

  const before = sandbox.store.get('configmaps', NAMESPACE, `${NAME}-0`);
  const args = [`--storage=${sandbox.storageDir}`, '--read-data-subset=job/2', '--store-result'];
  for (const [name, uid] of [
    [NAME, 'nonsense'],
    ['other', 'uid-1'],
  ] as const) {
    const stray = await verify(args, { JOB_NAME: name, JOB_UID: uid, JOB_COMPLETION_INDEX: '0' });
    expect(stray.stderr).toContain(`jobs.batch/${name} in namespace ${NAMESPACE} with UID ${uid} does not exist`);
    expect(stray.status).toBe(1);
  }
  expect(sandbox.store.get('configmaps', NAMESPACE, `${NAME}-0`)).toEqual(before);

  // Its ConfigMap is deleted, and another Job has the name.
  sandbox.store.remove('configmaps', NAMESPACE, `${NAME}-1`);
  const { document: partial } = await mergeJob();
  expect(partial.shards.missing).toEqual([1]);
  expect(partial.unchecked[0]).toMatchObject({ target: 'shard 2/2 (index 1)' });
  createJob(objects, 'uid-2');
  expect((await verify(['--merge', `job/${NAME}`])).stderr).toContain('has no documents');
});

test('merges files as a table, and names a missing shard', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'regadm-'));
  const summary = { images: 2, blobs: 5, bytesRead: 1024, broken: 0, unlistedImages: 0, importedImages: 0 };
  const times = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:01Z' };
  const file = async (index: number): Promise<string> => {
    const document = {
      kind: 'RegistryVerification',
      ...times,
      cluster: 'c',
      shard: { index, of: 2 },
      summary,
      broken: [],
    };
    const name = path.join(directory, `${index}.json`);
    await writeFile(name, JSON.stringify(document));
    return name;
  };
  const [first, second] = [await file(0), await file(1)];
  const whole = await verify(['--merge', first, second], { REGADM_STORAGE: 'cluster' });
  expect(whole).toMatchObject({ status: 0, stderr: '' });
  expect(whole.stdout).toContain('Checked 2 images and 5 blobs, 2 KiB read');
  const part = await verify(['--merge', second]);
  expect(part.status).toBe(1);
  expect(part.stdout).toContain('could not check shard 1/2 (index 0): no document of it was given');
  rmSync(first);
  expect(await verify(['--merge', first, second])).toMatchObject({ status: 1, stdout: '' });
  await rm(directory, { recursive: true });
});

test.each([
  ['--print-job needs --image', ['--print-job']],
  ['--storage DIR cannot be specified with --print-job', ['--print-job', '--image=x', '--storage=/registry']],
  ['--storage URL needs --credentials-secret', ['--print-job', '--image=x', '--storage=s3://bucket']],
  ['--storage-credentials cannot be', ['--print-job', '--image=x', '--storage=s3://b', '--storage-credentials=x']],
  ['--parallelism must be a number from 1 to 100', ['--print-job', '--image=x', '--parallelism=101']],
  ['--suspend needs --schedule', ['--print-job', '--image=x', '--suspend']],
  ['--output=table cannot be specified with --print-job', ['--print-job', '--image=x', '-o', 'table']],
  ['--print-job', ['--parallelism=2']],
  ['--merge', ['--merge=a.json', '--print-job', '--image=x']],
  ['--merge', ['--merge=a.json', '--storage=cluster']],
  ['cannot be combined with other documents', ['--merge=job/a', 'b.json']],
  ['is not the name of a Job', ['--merge=job/a/b']],
  ['cannot read /nonexistent', ['--merge=/nonexistent']],
  ['--read-data-subset', ['--store-result', '--storage=cluster']],
  ['needs --read-data-subset job/N', ['--store-result', '--storage=cluster', '--read-data-subset=1/2']],
  ['--read-data cannot be specified with --print-job', ['--print-job', '--image=x', '--read-data']],
  ['JOB_COMPLETION_INDEX is not set', ['--store-result', '--storage=cluster', '--read-data-subset=job/2']],
])('is a usage error: %s', async (message, args) => {
  const { status, stdout, stderr } = await regadm(['registry', 'verify', ...args]);
  expect(stderr).toContain(message);
  expect([status, stdout]).toEqual([1, '']);
});

test('a Job that does not exist, or is not one of registry verify, is an error', async () => {
  expect(await verify(['--merge=job/absent'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('jobs.batch/absent in namespace openshift-image-registry does not exist') as string,
  });
  sandbox.store.put('jobs', {
    metadata: { name: 'other', namespace: NAMESPACE },
    spec: { completions: 1 },
    status: {},
  });
  expect((await verify(['--merge=job/other'])).stderr).toContain('is not a Job of registry verify');
});
