import { locateRegistryStorage } from '../../../../src/core/operator/registry-storage/locate.js';
import { readRegistryStorage } from '../../../../src/core/operator/registry-storage/permissions.js';
import { describePermission } from '../../../../src/core/cluster/access-review.js';
import { fakeSettings, type Settings } from '../../../support/fake-settings.js';

const SECRET = 'image-registry-private-configuration';
const KEYS = { credentials: '[default]\naws_access_key_id = KEYIDKEYIDKEYID\naws_secret_access_key = secretsecret\n' };
const env = (bucket: string, more: Record<string, string> = {}): Record<string, string> => ({
  ...{ REGISTRY_STORAGE: 's3', REGISTRY_STORAGE_S3_BUCKET: bucket, REGISTRY_STORAGE_S3_REGION: 'eu-west-1' },
  ...more,
});
const BUCKET: Settings = {
  status: { s3: { bucket: 'images', region: 'eu-west-1' } },
  env: env('images'),
  secrets: { [SECRET]: KEYS },
};
const CLAIM = { persistentVolumeClaim: { claimName: 'claim' } };

const locate = (settings: Settings) =>
  locateRegistryStorage(fakeSettings(settings).api, { kind: 'cluster', concurrency: 4 }, {});

describe('the config and the Deployment contradict each other', () => {
  test.each<[string, Settings, string]>([
    ['bucket', { ...BUCKET, env: env('other') }, 'bucket images (status.storage.s3 of '],
    [
      'endpoint',
      {
        ...BUCKET,
        env: env('images', { REGISTRY_STORAGE_S3_REGIONENDPOINT: 'https://x' }),
        status: { s3: { bucket: 'images', regionEndpoint: 'https://y' } },
      },
      'regionEndpoint https://y',
    ],
    ['kind', { ...BUCKET, status: { pvc: { claim: 'claim' } } }, 'status.storage.pvc of '],
    [
      'claim',
      { status: { pvc: { claim: 'claim' } }, env: {}, volume: { persistentVolumeClaim: { claimName: 'other' } } },
      'claim claim',
    ],
  ])('%s: refused, unless the operator does not manage the registry', async (_what, settings, message) => {
    await expect(locate(settings)).rejects.toMatchObject({
      code: 'STORAGE_SETTINGS',
      message: expect.stringContaining(message),
      suggestions: [expect.stringContaining('wait until the operator'), expect.any(String)],
    });
  });

  test('the Deployment of an operator that does not manage the registry counts, with a warning', async () => {
    const { location, warnings } = await locate({ ...BUCKET, env: env('other'), managementState: 'Unmanaged' });
    expect(location).toMatchObject({ bucket: 'other' });
    expect(warnings).toEqual([expect.stringContaining('bucket images (status.storage.s3')]);
    expect(warnings[0]).toContain('the one of its Deployment is used');
  });
});

test.each<[string, Settings, string, string[]]>([
  [
    'a claim',
    { status: { pvc: { claim: 'claim' } }, env: {}, volume: CLAIM },
    'a volume, claim claim',
    ['--print-job', '--storage DIR'],
  ],
  ['a claim in the config only', { status: { pvc: { claim: 'claim' } } }, 'a volume, claim claim', ['--print-job']],
  [
    'an emptyDir',
    { status: { emptyDir: {} }, env: {}, volume: { emptyDir: {} } },
    'an emptyDir volume',
    ['without --storage'],
  ],
  [
    'a directory of the node',
    { status: {}, env: {}, volume: { hostPath: {} } },
    'a directory of the node',
    ['on the node'],
  ],
  ['memory', { status: {}, env: { REGISTRY_STORAGE: 'inmemory' } }, 'the memory of its pods', ['without --storage']],
  [
    'Google',
    { status: { gcs: { bucket: 'x' } }, env: { REGISTRY_STORAGE: 'gcs', REGISTRY_STORAGE_GCS_BUCKET: 'x' } },
    'Google Cloud Storage',
    ['without --storage'],
  ],
  ['Alibaba', { status: { oss: { bucket: 'x' } } }, 'Alibaba Cloud OSS', ['without --storage']],
])('%s is not supported', async (_what, settings, message, advice) => {
  const error = (await locate(settings).catch((thrown: unknown) => thrown)) as { suggestions: string[] };
  expect(error).toMatchObject({ code: 'STORAGE_UNSUPPORTED', exitCode: 1, message: expect.stringContaining(message) });
  for (const text of advice) expect(error.suggestions.join('\n')).toContain(text);
});

test.each<[string, Settings, string, string]>([
  ['no config', {}, 'NO_REGISTRY_OPERATOR', 'does not exist'],
  ['no storage', { status: {}, env: {} }, 'STORAGE_SETTINGS', 'names a storage'],
  ['a removed registry', { ...BUCKET, managementState: 'Removed' }, 'REGISTRY_REMOVED', 'managementState Removed'],
  ['a forbidden config', { ...BUCKET, forbidden: ['configs/cluster'] }, 'FORBIDDEN', 'get configs.imageregistry'],
  ['a forbidden Deployment', { ...BUCKET, forbidden: ['image-registry'] }, 'FORBIDDEN', 'get deployments.apps'],
  ['a forbidden secret', { ...BUCKET, forbidden: [SECRET] }, 'FORBIDDEN', `get secrets/${SECRET}`],
  [
    'a section in one variable',
    { ...BUCKET, env: env('images', { REGISTRY_STORAGE_S3: '{bucket: x}' }) },
    'STORAGE_SETTINGS',
    'REGISTRY_STORAGE_S3 ',
  ],
])('%s: exit status 1', async (_what, settings, code, message) => {
  await expect(locate(settings)).rejects.toMatchObject({
    code,
    exitCode: 1,
    message: expect.stringContaining(message),
  });
});

test('a forbidden secret: the advice has a role for it, and names the bucket', async () => {
  const error = (await locate({ ...BUCKET, forbidden: [SECRET] }).catch((thrown: unknown) => thrown)) as {
    suggestions: string[];
  };
  expect(error.suggestions).toEqual([
    expect.stringContaining(`create role regadm-storage --verb=get --resource=secrets --resource-name=${SECRET}`),
    expect.stringContaining('--storage s3://images --storage-region eu-west-1'),
  ]);
});

describe('what a printed Job needs', () => {
  const ALWAYS = [
    'get configs.imageregistry.operator.openshift.io/cluster',
    'get deployments.apps/image-registry in namespace openshift-image-registry',
  ];
  const SETTINGS = `get secrets/${SECRET} in namespace openshift-image-registry`;
  const read = async (settings: Settings) => {
    const { api, requests } = fakeSettings(settings);
    const { permissions, ...storage } = await readRegistryStorage(api);
    expect(requests.every(({ method }) => method === 'GET')).toBe(true);
    return { ...storage, permissions: permissions.map(describePermission) };
  };

  test('of a bucket', async () => {
    expect(await read(BUCKET)).toEqual({
      ...{ kind: 's3', place: 'images', endpoint: 'https://images.s3.eu-west-1.amazonaws.com' },
      permissions: [...ALWAYS, SETTINGS, 'get configmaps/kube-cloud-config in namespace openshift-config-managed'],
    });
  });

  test('of a bucket with a role', async () => {
    const role = '[default]\nrole_arn = arn:aws:iam::123456789012:role/registry\nweb_identity_token_file = /x\n';
    const { permissions } = await read({ ...BUCKET, secrets: { [SECRET]: { credentials: role } } });
    expect(permissions).toContain('create serviceaccounts/token/registry in namespace openshift-image-registry');
  });

  test('of a claim', async () => {
    const settings = { status: { pvc: { claim: 'claim' } }, env: {}, volume: CLAIM };
    expect(await read(settings)).toEqual({ kind: 'pvc', place: 'claim', endpoint: undefined, permissions: ALWAYS });
  });
});
