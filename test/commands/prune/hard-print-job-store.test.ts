import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { putSecret, stateStorage, type StorageStatements } from '../../support/cluster-storage.js';
import {
  JOB_NAME,
  jobSpecOf,
  printJob,
  printedArgs,
  printedObjects,
  printedOf,
  printedPod,
} from '../../support/printed-job.js';
import type { Outcome } from '../../support/regadm.js';

const NAMESPACE = 'openshift-image-registry';
const SECRET_KEY = 'not-shown-key';

const variables = (outcome: Outcome) => printedPod(outcome).containers[0]!.env ?? [];
const fromSecret = (key: string, optional?: true) => ({
  name: key,
  valueFrom: { secretKeyRef: { name: 'store', key, ...(optional ? { optional } : {}) } },
});

describe('an object storage that the user names', () => {
  test('works without a cluster, with credentials from the Secret only', async () => {
    const outcome = await printJob(
      ['--storage=s3://bucket/root', '--storage-region=eu-west-1', '--credentials-secret=store'],
      undefined,
      { AWS_ACCESS_KEY_ID: 'not-shown-id', AWS_SECRET_ACCESS_KEY: SECRET_KEY },
    );
    expect(outcome.status).toBe(0);
    expect(printedArgs(outcome)).toEqual([
      ...['prune', 'hard', '--storage=s3://bucket/root', '--storage-region=eu-west-1', '--confirm'],
    ]);
    expect(variables(outcome)).toEqual([
      { name: 'NODE_EXTRA_CA_CERTS', value: '/etc/regadm/trusted-ca/ca-bundle.crt' },
      fromSecret('AWS_ACCESS_KEY_ID'),
      fromSecret('AWS_SECRET_ACCESS_KEY'),
      fromSecret('AWS_SESSION_TOKEN', true),
      fromSecret('AWS_REGION', true),
      fromSecret('REGADM_REDIS_URL', true),
    ]);
    expect(printedOf(outcome, 'ConfigMap').map(({ metadata }) => metadata)).toMatchObject([
      { name: `${JOB_NAME}-trusted-ca`, labels: { 'config.openshift.io/inject-trusted-cabundle': 'true' } },
    ]);
    expect(printedPod(outcome).volumes).toEqual([
      { name: 'trusted-ca', configMap: { name: `${JOB_NAME}-trusted-ca`, optional: true } },
    ]);
    expect(printedPod(outcome)).not.toHaveProperty('affinity');
    expect(outcome.stderr).toContain(
      'not taken from the cluster (no kubeconfig found): proxy, tolerations, node selector',
    );
    expect(outcome.stderr).toContain('no API server has checked the objects');
    expect(outcome.stdout + outcome.stderr).not.toContain('not-shown');
  });

  test.each([
    ['azure://account/container', ['AZURE_STORAGE_KEY', 'AZURE_STORAGE_SAS_TOKEN']],
    ['swift://container', ['OS_AUTH_URL', 'OS_PASSWORD', 'OS_APPLICATION_CREDENTIAL_SECRET', 'ST_AUTH', 'ST_KEY']],
  ])('%s takes its variables from the Secret', async (url, keys) => {
    const outcome = await printJob([`--storage=${url}`, '--credentials-secret=store']);
    expect(outcome.status).toBe(0);
    expect(variables(outcome)).toEqual(expect.arrayContaining(keys.map((key) => fromSecret(key, true))));
  });

  test.each([
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-2' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'us-east-2' }, 'us-east-2'],
    [{ AWS_PROFILE: 'mine', AWS_CONFIG_FILE: 'test/support/aws-config' }, 'eu-north-1'],
  ])('the region that this machine would use is an argument of the Job', async (env, region) => {
    const given = ['--storage=s3://bucket', '--credentials-secret=store'];
    const outcome = await printJob(given, undefined, env);
    expect(printedArgs(outcome)).toContain(`--storage-region=${region}`);
    expect(outcome.stderr).toContain(`region: ${region}, from the variables or the profile of AWS`);
    const stated = await printJob([...given, '--storage-region=us-west-1'], undefined, env);
    expect(printedArgs(stated).filter((arg) => arg.startsWith('--storage-region'))).toEqual([
      '--storage-region=us-west-1',
    ]);
  });

  test('states which keys the Secret must have, if it cannot be read', async () => {
    const { stderr } = await printJob(['--storage=swift://container', '--credentials-secret=store']);
    expect(stderr).toContain('hint: Secret store must have one of the keys OS_AUTH_URL, ST_AUTH');
  });

  test.each([
    ['https://s3.openshift-storage.svc', ['--storage-ca=/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt']],
    ['http://s3.openshift-storage.svc', []],
    ['https://s3.example.com', []],
  ])('the certificate of %s is verified as OpenShift signs it', async (endpoint, trust) => {
    const where = ['--storage=s3://bucket', `--storage-endpoint=${endpoint}`];
    const outcome = await printJob([...where, '--credentials-secret=store']);
    expect(outcome.status).toBe(0);
    expect(printedArgs(outcome)).toEqual(['prune', 'hard', ...where, ...trust, '--confirm']);
  });

  test('an API server that does not answer is not waited for', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const where = ['--server', url, '--token=not-shown', '--insecure-skip-tls-verify'];
    const outcome = await printJob(['--storage=s3://bucket', '--credentials-secret=store', ...where]);
    server.close();
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toContain('no answer within 5 s');
    expect(printedArgs(outcome)).toEqual(['prune', 'hard', '--storage=s3://bucket', '--confirm']);
  });
});

describe('on a cluster', () => {
  let sandbox: Sandbox;
  beforeEach(async () => void (sandbox = await startSandbox({ operator: true, rolloutStepMs: 5 })));
  afterEach(() => sandbox.stop());

  const S3 = { bucket: 'images', region: 'us-east-1' };
  const ENV = {
    REGISTRY_STORAGE: 's3',
    REGISTRY_STORAGE_S3_BUCKET: 'images',
    REGISTRY_STORAGE_S3_REGION: 'us-east-1',
  };

  function state({ env = {}, ...more }: StorageStatements & { env?: Record<string, string> } = {}): void {
    const credentials = `[default]\naws_access_key_id = AKIA\naws_secret_access_key = ${SECRET_KEY}\n`;
    stateStorage(sandbox, { status: { s3: S3 }, env: { ...ENV, ...env }, secret: { credentials }, ...more });
  }

  /** Describes the rules in namespaces, except those that a run on a volume has, too. */
  function addedRules(outcome: Outcome): string[] {
    return printedOf(outcome, 'Role').flatMap(({ metadata, rules }) =>
      (rules as { verbs: string[]; resources: string[]; resourceNames?: string[] }[])
        .filter(({ resources }) => !['pods', 'deployments'].includes(resources[0]!))
        .map(({ verbs, resources, resourceNames }) =>
          [`${metadata.namespace}:`, ...verbs, ...resources, ...(resourceNames ?? [])].join(' '),
        ),
    );
  }

  const print = (...args: string[]) => printJob(args, sandbox.kubeconfig.admin);

  test('the storage of the registry: the Job may read what its settings name, and nothing else', async () => {
    state();
    const outcome = await print();
    expect(outcome.status).toBe(0);
    expect(printedArgs(outcome)).toEqual(['prune', 'hard', '--storage=cluster', '--confirm']);
    expect(addedRules(outcome)).toEqual([
      'openshift-config-managed: get configmaps kube-cloud-config',
      `${NAMESPACE}: get secrets image-registry-private-configuration`,
    ]);
    expect(outcome.stderr).toContain(`storage: s3 images, as ${sandbox.apiUrl} states it`);
    expect(outcome.stderr).toContain('the API server accepts all 10 objects (dry run)');
    expect(outcome.stdout + outcome.stderr).not.toContain(SECRET_KEY);
    expect(await print('--storage=cluster')).toMatchObject({ stdout: outcome.stdout });
  });

  test('a registry with a role: the Job may request tokens of its service account', async () => {
    const credentials = `[default]\nrole_arn = arn:aws:iam::123456789012:role/registry\nweb_identity_token_file = /token\n`;
    state({ secret: { credentials } });
    const outcome = await print('--credentials-secret=store');
    expect(outcome.status).toBe(0);
    expect(addedRules(outcome)).toContain(`${NAMESPACE}: create serviceaccounts/token registry`);
    expect(variables(outcome)).toContainEqual(fromSecret('AWS_ACCESS_KEY_ID', true));
  });

  test('a service of the cluster as storage: the Job may read the authority of such services', async () => {
    const regionEndpoint = 'https://s3.openshift-storage.svc';
    state({ status: { s3: { ...S3, regionEndpoint } }, env: { REGISTRY_STORAGE_S3_REGIONENDPOINT: regionEndpoint } });
    const outcome = await print();
    expect(outcome.status).toBe(0);
    expect(addedRules(outcome)).toContain(`${NAMESPACE}: get configmaps openshift-service-ca.crt`);
  });

  test('with --read-only=skip, the config and the Deployment are only read', async () => {
    state();
    const verbs = printedObjects(await print('--read-only=skip'))
      .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
      .flatMap(({ rules }) => (rules as { verbs: string[] }[]).flatMap((rule) => rule.verbs));
    expect(new Set(verbs)).toEqual(new Set(['list', 'get']));
  });

  test('a user who may not read the Deployment gets a List without what it states', async () => {
    const { kubeconfig } = sandbox.addUser('none', []);
    const outcome = await printJob(['--storage=s3://bucket', '--credentials-secret=store'], kubeconfig);
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toMatch(/not taken from the cluster \(cannot read deployments.apps\/image-registry/);
  });

  test.each([
    [
      'an object that the API server refuses',
      'OBJECT_REFUSED',
      ['--storage=s3://bucket', '--credentials-secret=store'],
    ],
    ['an invalid flag of the cluster', 'USAGE', ['--storage=s3://b-1', '--credentials-secret=s', '--server=http://[']],
  ])('%s is an error, also if the storage is named', async (_, code, args) => {
    sandbox.onRequest(({ method, path }) =>
      method === 'POST' && path.includes('/jobs?') ? { do: 'status', status: 422 } : undefined,
    );
    const { status, stdout } = await print(...args, '-o', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code });
  });

  test('nothing on stderr is from Node.js itself', async () => {
    const { stderr, status } = await print('--storage=s3://bucket', '--credentials-secret=store');
    expect(status).toBe(0);
    expect(stderr).toContain('the API server accepts all');
    expect(stderr).not.toContain('Warning');
  });

  test('settings that do not lead to the storage are an error', async () => {
    state({ secret: {} });
    const { status, stdout, stderr } = await print();
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain("there are no credentials for the registry's storage");
  });

  test('a kind of storage that regadm does not prune is an error', async () => {
    state({
      status: { gcs: { bucket: 'images' } },
      env: { REGISTRY_STORAGE: 'gcs', REGISTRY_STORAGE_GCS_BUCKET: 'images' },
    });
    const { status, stderr } = await print();
    expect(status).toBe(1);
    expect(stderr).toContain('Google Cloud Storage');
  });

  test('takes the proxy of the registry, and adds the hosts of the cluster to its exceptions', async () => {
    state({ env: { HTTPS_PROXY: 'http://proxy.example.com:3128', NO_PROXY: '.example.com' } });
    const outcome = await print();
    expect(variables(outcome).slice(0, 2)).toEqual([
      { name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' },
      { name: 'NO_PROXY', value: '.example.com,.svc,.cluster.local,$(KUBERNETES_SERVICE_HOST)' },
    ]);
    expect(outcome.stderr).toContain('proxy: taken from deployments.apps/image-registry');
  });

  test('a proxy with a password comes from the Secret', async () => {
    state({ env: { HTTPS_PROXY: 'http://user:not-shown@proxy.example.com:3128' } });
    const refused = await print();
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('HTTPS_PROXY of its Deployment) has a password');
    expect(refused.stderr).toContain('--credentials-secret NAME');
    expect(refused.stderr).not.toContain('HTTP_PROXY=');
    const printed = await print('--credentials-secret=store');
    expect(printed.status).toBe(0);
    expect(variables(printed)[0]).toEqual(fromSecret('HTTPS_PROXY'));
    for (const { stdout, stderr } of [refused, printed]) expect(stdout + stderr).not.toContain('not-shown');
  });

  test('two proxies with passwords need both keys, in every message', async () => {
    const proxy = 'http://user:not-shown@proxy.example.com:3128';
    state({ env: { HTTPS_PROXY: proxy, HTTP_PROXY: proxy } });
    const literals = '--from-literal=HTTPS_PROXY=… --from-literal=HTTP_PROXY=…';
    const refused = await print();
    expect(refused.stderr).toContain('with the keys HTTPS_PROXY and HTTP_PROXY');
    expect(refused.stderr).toContain(literals);
    const printed = await print('--credentials-secret=store');
    expect(variables(printed).slice(0, 2)).toEqual([fromSecret('HTTPS_PROXY'), fromSecret('HTTP_PROXY')]);
    expect(printed.stderr).toContain(
      `warning: Secret store does not exist in ${NAMESPACE}: the pod of the Job does not`,
    );
    expect(printed.stderr).toContain(`create secret generic store ${literals}`);
    putSecret(sandbox, 'store', { HTTPS_PROXY: proxy });
    expect((await print('--credentials-secret=store')).stderr).toContain(
      `warning: Secret store in ${NAMESPACE} lacks the key HTTP_PROXY`,
    );
    putSecret(sandbox, 'store', { HTTPS_PROXY: proxy, HTTP_PROXY: proxy });
    const { stdout, stderr } = await print('--credentials-secret=store', '-v=8');
    expect(stderr).not.toContain('Secret store');
    expect(stdout + stderr).not.toContain('not-shown');
  });

  test.each([
    ['s3://bucket', 'lacks the keys AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: the pod of the Job does not start'],
    ['azure://account/container', 'lacks one of the keys AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN: a run has no'],
  ])('a Secret for %s without its keys is a warning', async (url, warning) => {
    putSecret(sandbox, 'store', { OTHER: 'x' });
    const { stderr, status } = await print(`--storage=${url}`, '--credentials-secret=store');
    expect(status).toBe(0);
    expect(stderr).toContain(warning);
  });

  test('web pages instead of answers are named, not waited for', async () => {
    sandbox.onRequest(() => ({ do: 'html' }));
    const { stderr, status } = await print('--storage=s3://bucket', '--credentials-secret=store');
    expect(status).toBe(0);
    expect(stderr).toMatch(/not taken from the cluster \(.*is not JSON but a web page: status 200/);
    expect(stderr).not.toContain('no answer');
  });

  test('certificates of authorities are printed in a ConfigMap', async () => {
    state();
    const ca = readFileSync(sandbox.caFile, 'utf8').trim();
    const outcome = await print(
      `--storage-ca=${sandbox.caFile}`,
      '--redis-url=rediss://redis.example.com',
      `--redis-ca=${sandbox.caFile}`,
    );
    expect(outcome.status).toBe(0);
    const own = printedOf(outcome, 'ConfigMap').find(({ metadata }) => metadata.name === JOB_NAME)!;
    expect(own.data).toEqual({ 'storage-ca.crt': `${ca}\n`, 'redis-ca.crt': `${ca}\n` });
    expect(printedArgs(outcome)).toEqual([
      ...['prune', 'hard', '--storage=cluster', '--redis-url=rediss://redis.example.com'],
      ...['--storage-ca=/etc/regadm/authorities/storage-ca.crt', '--redis-ca=/etc/regadm/authorities/redis-ca.crt'],
      '--confirm',
    ]);
    expect(jobSpecOf(outcome).template.spec.containers[0]!.volumeMounts).toEqual(
      expect.arrayContaining([{ name: 'authorities', mountPath: '/etc/regadm/authorities', readOnly: true }]),
    );
  });
});
