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
const variables = (kind: string, values: Record<string, string>): Record<string, string> => ({
  REGISTRY_STORAGE: kind,
  ...Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`REGISTRY_STORAGE_${kind.toUpperCase()}_${name}`, value]),
  ),
});
const [LOGIN, PROJECT] = ['https://keystone.example.com:5000/v3', 'project'];
/** A container of Swift. @param env what the Deployment states otherwise. @param fields the config */
const swift = (env: Record<string, string>, fields: object = {}): Settings => ({
  status: { swift: { container: 'images', authURL: LOGIN, regionName: 'one', tenant: PROJECT, ...fields } },
  env: variables('swift', { CONTAINER: 'images', AUTHURL: LOGIN, REGION: 'one', TENANT: PROJECT, ...env }),
  secrets: { [SECRET]: variables('swift', { USERNAME: 'registry', PASSWORD: 'password-of-the-test' }) },
});
/** A container of Azure in a cloud, by its name in the config and its domain in the Deployment. */
const azure = (cloudName: string, realm: string): Settings => ({
  status: { azure: { accountName: 'account', container: 'images', cloudName } },
  env: variables('azure', { ACCOUNTNAME: 'account', CONTAINER: 'images', REALM: realm }),
  secrets: { [SECRET]: { REGISTRY_STORAGE_AZURE_ACCOUNTKEY: Buffer.from('key-of-the-test').toString('base64') } },
});
const CLAIM = { persistentVolumeClaim: { claimName: 'claim' } };

const locate = (settings: Settings) =>
  locateRegistryStorage(fakeSettings(settings).api, { kind: 'cluster', concurrency: 4 }, {});

test.each<[string, Settings]>([
  ['the login of Swift with and without its version', swift({ AUTHURL: 'https://keystone.example.com:5000/' })],
  ['a Deployment without the region and the project', swift({ REGION: '', TENANT: '' })],
  ['a cloud of Azure and its domain', azure('AzureUSGovernmentCloud', 'core.usgovcloudapi.net')],
  ['a cloud of Azure whose domain is not known', azure('AzureStackCloud', 'local.azurestack.external')],
])('%s do not contradict each other', async (_what, settings) => {
  expect((await locate(settings)).warnings).toEqual([]);
});

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
    ['region', { ...BUCKET, env: env('images', { REGISTRY_STORAGE_S3_REGION: 'us-east-1' }) }, 'region eu-west-1 ('],
    ['login of Swift', swift({ AUTHURL: 'http://other.example.com/v3' }), `authURL ${LOGIN} (status.storage.swift of `],
    ['region of Swift', swift({ REGION: 'two' }), 'regionName one'],
    ['project of Swift', swift({ TENANT: 'other' }), `tenant ${PROJECT}`],
    ['ID of the project of Swift', swift({ TENANTID: 'a' }, { tenantID: 'b' }), 'tenantID b'],
    ['domain of Swift', swift({ DOMAIN: 'a' }, { domain: 'b' }), 'domain b'],
    [
      'cloud of Azure',
      azure('AzureUSGovernmentCloud', 'core.windows.net'),
      'cloudName AzureUSGovernmentCloud (status.storage.azure of ',
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

  test('of the logins of Swift, too', async () => {
    const other = swift({ AUTHURL: 'http://other.example.com/v3' });
    const { location, warnings } = await locate({ ...other, managementState: 'Unmanaged' });
    expect(location).toMatchObject({ login: { authUrl: 'http://other.example.com' } });
    expect(warnings).toEqual([expect.stringMatching(/authURL .*: the one of its Deployment is used$/)]);
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
