import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import type { KubeObject } from '../../../src/core/model/kube.js';
import { stateStorage } from '../../support/cluster-storage.js';
import { createAccess, permissionsIn, unusedPermissions } from '../../support/job-access.js';
import { ROOT } from '../../support/fake-object-store.js';
import { regadm } from '../../support/regadm.js';
import { requires } from '../../support/jest/requires.js';
import { runKubectl } from '../../support/kubectl.js';
import { JOB_NAME, printJob, printedArgs, printedObjects } from '../../support/printed-job.js';
import { ACCESS_KEY, SECRET_KEY, startFakeS3 } from '../../support/servers/fake-s3.js';
import { trashedBlobs } from '../../support/online-prune.js';
import { filesBelow } from '../../support/storage-tree.js';

const NAMESPACE = 'openshift-image-registry';

let sandbox: Sandbox;
beforeEach(async () => void (sandbox = await startSandbox({ operator: true, sample: true, rolloutStepMs: 5 })));
afterEach(() => sandbox.stop());

/** Creates the printed access in the sandbox, and runs the printed arguments as the service account. */
async function runAsJob(args: string[]): Promise<{ status: number | null; stderr: string; printed: KubeObject[] }> {
  const job = await printJob(args, sandbox.kubeconfig.admin);
  expect(job.status).toBe(0);
  const printed = printedObjects(job);
  const kubeconfig = createAccess(sandbox, JOB_NAME, printed);
  const here = printedArgs(job).map((arg) => arg.replace('--storage=/registry', `--storage=${sandbox.storageDir}`));
  const { status, stderr } = await regadm(here, { kubeconfig });
  return { status, stderr, printed };
}

test.each([
  ['a run that switches the mode', []],
  ['a run that only reads images', ['--read-only=skip']],
  ['a run that moves blobs to the trash', ['--trash', '--keep-blobs-younger-than=0']],
  [
    'a run that moves blobs to the trash, and only reads images',
    ['--trash', '--keep-blobs-younger-than=0', '--read-only=skip'],
  ],
])('%s uses every printed permission and needs no other', async (_, args) => {
  const { status, stderr, printed } = await runAsJob(args);
  expect(trashedBlobs(sandbox.storageDir).length > 0).toBe(args.includes('--trash'));
  expect(stderr).not.toContain('forbidden');
  expect(status).toBe(0);
  expect(sandbox.requests.filter((request) => request.status === 403)).toEqual([]);
  expect(unusedPermissions(sandbox, printed)).toEqual([]);
});

test.each([
  ['an online run', []],
  ['an online run that restarts nothing', ['--no-restart']],
  ['an online run that only reads images', ['--read-only=skip']],
])('%s uses every printed permission and needs no other', async (_, args) => {
  // One replica on a volume of one node: whether the restart is an outage depends on the strategy and on the volume.
  const deployment = sandbox.store.get('deployments', NAMESPACE, 'image-registry')!;
  sandbox.store.put('deployments', {
    ...deployment,
    spec: { ...deployment.spec, strategy: { type: 'RollingUpdate' } },
  });
  const { status, stderr, printed } = await runAsJob(['--online', '--recheck-after=1s', ...args]);
  expect(stderr).not.toContain('forbidden');
  expect(stderr.includes('can be a short outage')).toBe(args.length === 0);
  expect(status).toBe(0);
  expect(sandbox.requests.filter((request) => request.status === 403)).toEqual([]);
  expect(unusedPermissions(sandbox, printed)).toEqual([]);
});

test('a run on the bucket of the registry uses every printed permission and needs no other', async () => {
  const s3 = await startFakeS3();
  try {
    const root = path.join(sandbox.storageDir, ROOT);
    for (const file of filesBelow(root)) {
      const { mtimeMs, size } = statSync(path.join(root, file));
      s3.store.put(`${ROOT}/${file}`, size < 100_000 ? readFileSync(path.join(root, file), 'utf8') : size, mtimeMs);
    }
    stateStorage(sandbox, {
      status: { s3: { bucket: s3.bucket, region: 'us-east-1', regionEndpoint: s3.endpoint } },
      env: {
        REGISTRY_STORAGE: 's3',
        REGISTRY_STORAGE_S3_BUCKET: s3.bucket,
        REGISTRY_STORAGE_S3_REGION: 'us-east-1',
        REGISTRY_STORAGE_S3_REGIONENDPOINT: s3.endpoint,
      },
      secret: { credentials: `[default]\naws_access_key_id = ${ACCESS_KEY}\naws_secret_access_key = ${SECRET_KEY}\n` },
    });
    const { status, stderr, printed } = await runAsJob(['--read-only=skip', '--keep-blobs-younger-than=0']);
    expect(stderr).not.toContain('forbidden');
    expect(status).toBe(0);
    expect(sandbox.requests.filter((request) => request.status === 403)).toEqual([]);
    expect(unusedPermissions(sandbox, printed)).toEqual([]);
  } finally {
    await s3.stop();
  }
});

test('--read-only=skip grants no access to the operator and its Deployment', async () => {
  const { stdout } = await printJob(['--read-only=skip'], sandbox.kubeconfig.admin);
  const objects = printedObjects({ stdout });
  expect(objects.map(({ kind }) => kind)).not.toContain('Role');
  expect(new Set(permissionsIn(objects).map(({ resource }) => resource))).toEqual(new Set(['images', 'imagestreams']));
});

test('--read-only=required may renew the lock, but the run does not change the mode', async () => {
  const config = sandbox.store.get('configs', 'cluster')!;
  sandbox.store.put('configs', { ...config, spec: { ...config.spec, readOnly: true } });
  sandbox.rollout.finish();
  const { status } = await runAsJob(['--read-only=required']);
  expect(status).toBe(0);
  expect(sandbox.requests.filter((request) => request.status === 403)).toEqual([]);
});

test('--prune-images also has the role of pruners, and images are pruned first', async () => {
  const { status, stderr, printed } = await runAsJob(['--prune-images']);
  expect(printed.map(({ metadata }) => metadata.name)).toContain(`${JOB_NAME}-images`);
  expect(stderr).toContain('layer links');
  expect(status).toBe(0);
});

requires('kubectl').describe('kubectl', () => {
  const cases: [string, string[]][] = [
    ['a Job', ['--active-deadline=2h', '--limits=memory=1Gi', '--toleration=infra', '--prune-images']],
    ['a CronJob', ['--schedule=30 2 * * 6', '--suspend', '--node-selector=zone=a']],
  ];

  test.each(cases)('accepts %s in dry runs with validation', async (_, args) => {
    const { stdout } = await printJob(args, sandbox.kubeconfig.admin);
    for (const where of ['client', 'server']) {
      const flags = [`--dry-run=${where}`, '--validate=strict', '-o', 'name', '-f', '-'];
      const { status, error, out } = await runKubectl(sandbox, 'admin', ['create', ...flags, { input: stdout }]);
      expect({ status, error }).toEqual({ status: 0, error: '' });
      expect(out.trim().split('\n')).toHaveLength(printedObjects({ stdout }).length);
    }
  });

  test('creates it, and applies it again', async () => {
    const { stdout } = await printJob(['--schedule=@weekly'], sandbox.kubeconfig.admin);
    for (let time = 0; time < 2; time++) {
      const applied = await runKubectl(sandbox, 'admin', ['apply', '-f', '-', { input: stdout }]);
      expect(applied).toMatchObject({ status: 0, error: '' });
    }
    expect(sandbox.store.get('cronjobs', NAMESPACE, JOB_NAME)).toBeDefined();
  });
});
