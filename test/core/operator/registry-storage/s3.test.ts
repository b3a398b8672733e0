import { locateRegistryStorage } from '../../../../src/core/operator/registry-storage/locate.js';
import type { S3Location } from '../../../../src/core/storage/location.js';
import { fakeSettings, type Settings } from '../../../support/fake-settings.js';

const KEYS = '[default]\naws_access_key_id = KEYIDKEYIDKEYID\naws_secret_access_key = secretsecretsecret\n';
const SECRET = 'image-registry-private-configuration';
const [BUCKET, REGION] = ['images', 'eu-west-1'];
/** As the operator writes it for AWS. */
const AWS: Settings = {
  status: { managementState: 'Managed', s3: { bucket: BUCKET, region: REGION, virtualHostedStyle: false } },
  env: {
    REGISTRY_STORAGE: 's3',
    REGISTRY_STORAGE_S3_BUCKET: BUCKET,
    REGISTRY_STORAGE_S3_REGION: REGION,
    REGISTRY_STORAGE_S3_VIRTUALHOSTEDSTYLE: 'false',
    REGISTRY_STORAGE_S3_CREDENTIALSCONFIGPATH: '/var/run/secrets/cloud/credentials',
  },
  secrets: { [SECRET]: { credentials: KEYS } },
};

const locate = async (settings: Settings, authorities?: string[]) => {
  const { api, requests } = fakeSettings(settings);
  const located = await locateRegistryStorage(api, { kind: 'cluster', concurrency: 4, authorities }, {});
  return { ...located, location: located.location as S3Location & { directory: string }, requests };
};
const failure = (settings: Settings) =>
  locate(settings).then(
    () => Promise.reject(new Error('it was located')),
    (error: { code: string; message: string; suggestions: string[] }) => error,
  );
const withEnv = (env: Record<string, string>, base = AWS): Settings => ({
  ...base,
  env: { ...(base.env as Record<string, string>), ...env },
});

test('a bucket of AWS', async () => {
  const { location, warnings } = await locate(AWS);
  expect(location).toEqual({
    ...{ kind: 's3', bucket: BUCKET, region: REGION, directory: '', concurrency: 4, authorities: [] },
    credentials: { accessKeyId: 'KEYIDKEYIDKEYID', secretAccessKey: 'secretsecretsecret' },
  });
  expect(warnings).toEqual([]);
});

test.each<[string, Settings, object]>([
  ['only the status', { ...AWS, env: undefined }, { bucket: BUCKET, region: REGION }],
  ['only the spec', { ...AWS, env: undefined, status: undefined, spec: AWS.status }, { bucket: BUCKET }],
  [
    'a Deployment that states no storage',
    { ...AWS, env: {}, status: { s3: { bucket: BUCKET, regionEndpoint: 'https://s3.example.com:8443/' } } },
    { endpoint: 'https://s3.example.com:8443', virtualHost: undefined, region: 'us-east-1' },
  ],
  [
    'IBM COS',
    { ...AWS, env: undefined, status: { ibmcos: { bucket: BUCKET, location: 'us-south' } } },
    { endpoint: 'https://s3.us-south.cloud-object-storage.appdomain.cloud', region: 'us-south' },
  ],
  [
    'IBM COS with a Deployment',
    withEnv(
      { REGISTRY_STORAGE_S3_REGIONENDPOINT: 's3.us-south.cloud-object-storage.appdomain.cloud' },
      { ...AWS, status: { ibmcos: { bucket: BUCKET, location: 'us-south' } } },
    ),
    { endpoint: 'https://s3.us-south.cloud-object-storage.appdomain.cloud' },
  ],
])('%s', async (_what, settings, expected) => {
  expect((await locate(settings)).location).toMatchObject(expected);
});

test.each<[string, Record<string, string>, object]>([
  ['a root directory', { ROOTDIRECTORY: '/some/dir/' }, { directory: 'some/dir' }],
  ['an endpoint without a scheme', { REGIONENDPOINT: 's3.example.com' }, { endpoint: 'https://s3.example.com' }],
  ['plain HTTP', { REGIONENDPOINT: 's3.example.com', SECURE: 'false' }, { endpoint: 'http://s3.example.com' }],
  ['path style', { REGIONENDPOINT: 'https://x.example.com', FORCEPATHSTYLE: 'true' }, { virtualHost: false }],
  ['virtual hosts', { REGIONENDPOINT: 'https://x.example.com', FORCEPATHSTYLE: 'false' }, { virtualHost: true }],
  [
    'older virtual hosts',
    { REGIONENDPOINT: 'https://x.example.com', VIRTUALHOSTEDSTYLE: 'true' },
    { virtualHost: true },
  ],
  ['path style on AWS', { FORCEPATHSTYLE: 'true' }, { virtualHost: false }],
])('%s of the Deployment', async (_what, env, expected) => {
  const variables = Object.entries(env).map(([name, value]) => [`REGISTRY_STORAGE_S3_${name}`, value] as const);
  expect((await locate(withEnv(Object.fromEntries(variables)))).location).toMatchObject(expected);
});

describe('credentials', () => {
  const of = async (secret: Record<string, string>, env: Record<string, string> = {}) =>
    (await locate({ ...withEnv(env), secrets: { [SECRET]: secret } })).location.credentials;

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['a session token', { credentials: `${KEYS}aws_session_token = tokentokentoken` }, {}],
    ['comments and other profiles', { credentials: `# a\n[x]\naws_access_key_id=x\n;b\n${KEYS}` }, {}],
    [
      'the profile of the pods',
      { credentials: `[default]\n${KEYS.replace('default', 'mine')}` },
      { AWS_PROFILE: 'mine' },
    ],
    [
      'keys of the secret',
      { REGISTRY_STORAGE_S3_ACCESSKEY: 'KEYIDKEYIDKEYID', REGISTRY_STORAGE_S3_SECRETKEY: 'secretsecretsecret\n' },
      {},
    ],
    [
      'variables of the Deployment',
      {},
      { REGISTRY_STORAGE_S3_ACCESSKEY: 'KEYIDKEYIDKEYID', REGISTRY_STORAGE_S3_SECRETKEY: 'secretsecretsecret' },
    ],
  ])('%s', async (_what, secret, env) => {
    expect(await of(secret, env)).toMatchObject({
      accessKeyId: 'KEYIDKEYIDKEYID',
      secretAccessKey: 'secretsecretsecret',
    });
  });

  test.each<[string, Record<string, string> | undefined, string]>([
    ['no secret', undefined, 'openshift-image-registry does not exist'],
    ['an empty secret', {}, 'has neither credentials nor REGISTRY_STORAGE_S3_ACCESSKEY'],
    ['no profile', { credentials: 'x' }, 'has no profile default in its key credentials'],
    [
      'only another profile',
      { credentials: KEYS.replace('default', 'registry') },
      'has no profile default in its key credentials, the one that the registry uses, but others',
    ],
    [
      'half a profile',
      { credentials: '[default]\naws_access_key_id = KEYIDKEYIDKEYID' },
      'has no aws_secret_access_key',
    ],
    [
      'a role without a token',
      { credentials: '[default]\nrole_arn = x' },
      'names a role without web_identity_token_file',
    ],
    [
      'an invalid role',
      { credentials: '[default]\nrole_arn = x\nweb_identity_token_file = /x' },
      'a role_arn in its key credentials that is not the ARN of a role',
    ],
  ])('%s', async (_what, secret, message) => {
    const error = await failure({ ...AWS, secrets: secret ? { [SECRET]: secret } : {} });
    expect(error).toMatchObject({ code: 'STORAGE_CREDENTIALS', message: expect.stringContaining(message) });
    expect(error.suggestions.join('\n')).toContain(`--storage s3://${BUCKET} --storage-region ${REGION}`);
    expect(JSON.stringify(error)).not.toMatch(/KEYIDKEYIDKEYID|AWS_/);
  });
});

describe('variables that other objects set', () => {
  const from = (source: object): Settings => ({
    ...AWS,
    env: [
      { name: 'REGISTRY_STORAGE', value: 's3' },
      { name: 'REGISTRY_STORAGE_S3_BUCKET', valueFrom: source },
    ],
    secrets: { ...AWS.secrets, place: { bucket: BUCKET } },
    configMaps: { place: { bucket: BUCKET } },
  });

  test.each([
    ['a secret', { secretKeyRef: { name: 'place', key: 'bucket' } }],
    ['a config map', { configMapKeyRef: { name: 'place', key: 'bucket' } }],
  ])('%s', async (_what, source) => {
    expect((await locate(from(source))).location).toMatchObject({ bucket: BUCKET });
  });

  test('envFrom: the last source counts, and a variable of the container precedes it', async () => {
    const { location } = await locate({
      ...AWS,
      env: { REGISTRY_STORAGE: 's3', REGISTRY_STORAGE_S3_REGION: REGION },
      envFrom: [
        { configMapRef: { name: 'first' } },
        { prefix: 'REGISTRY_', secretRef: { name: 'second' } },
        { configMapRef: { name: 'missing', optional: true } },
      ],
      configMaps: { first: { REGISTRY_STORAGE_S3_BUCKET: 'other', REGISTRY_STORAGE_S3_REGION: 'other' } },
      secrets: { ...AWS.secrets, second: { STORAGE_S3_BUCKET: BUCKET } },
    });
    expect(location).toMatchObject({ bucket: BUCKET, region: REGION });
  });

  test.each<[string, Settings, string]>([
    ['a key that is missing', from({ secretKeyRef: { name: 'place', key: 'x' } }), 'comes from key x of secret'],
    ['an object that is missing', from({ configMapKeyRef: { name: 'none', key: 'x' } }), 'which does not exist'],
    ['a field of the pod', from({ fieldRef: { fieldPath: 'x' } }), 'comes from fieldRef'],
    ['another variable', withEnv({ REGISTRY_STORAGE_S3_BUCKET: '$(X)' }), 'refers to another variable'],
    ['envFrom', { ...AWS, envFrom: [{ secretRef: { name: 'none' } }] }, 'which does not exist'],
  ])('%s is an error that names it', async (_what, settings, message) => {
    const error = await failure(settings);
    expect(error).toMatchObject({ code: 'STORAGE_SETTINGS', message: expect.stringContaining(message) });
  });
});

describe('authorities', () => {
  const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
  const CLOUD = 'openshift-config-managed/kube-cloud-config';
  const trusted = (more: Settings = {}): Settings => ({
    ...AWS,
    status: { s3: { ...(AWS.status as { s3: object }).s3, trustedCA: { name: 'mine' } } },
    ...more,
  });

  test.each<[string, Settings]>([
    ['of the config', trusted({ configMaps: { 'openshift-config/mine': { 'ca-bundle.crt': CERTIFICATE } } })],
    ['of the cloud', { ...AWS, configMaps: { [CLOUD]: { 'ca-bundle.pem': CERTIFICATE } } }],
  ])('%s, besides those of the user', async (_what, settings) => {
    expect((await locate(settings)).location).toMatchObject({ authorities: [CERTIFICATE] });
    expect((await locate(settings, ['own'])).location).toMatchObject({ authorities: ['own', CERTIFICATE] });
  });

  test.each<[string, Settings, string]>([
    ['do not exist', trusted(), 'trustedCA names config'],
    ['are empty', trusted({ configMaps: { 'openshift-config/mine': {} } }), 'which has no certificate in its key'],
  ])('that %s are an error', async (_what, settings, message) => {
    const error = await failure(settings);
    expect(error).toMatchObject({ code: 'STORAGE_SETTINGS', message: expect.stringContaining(message) });
    expect(error.suggestions.join()).toContain('--storage-ca');
  });

  test.each<[string, Settings, string[]]>([
    [
      'besides those of the config',
      trusted({ configMaps: { 'openshift-config/mine': { 'ca-bundle.crt': CERTIFICATE } } }),
      [CERTIFICATE],
    ],
    ['without others', AWS, []],
  ])('of a service of the cluster are those of its services, %s', async (_what, base, others) => {
    const service = CERTIFICATE.replace('MIIB', 'MIIC');
    const settings = {
      ...withEnv({ REGISTRY_STORAGE_S3_REGIONENDPOINT: 'https://s3.openshift-storage.svc:443' }, base),
      configMaps: { ...base.configMaps, 'openshift-service-ca.crt': { 'service-ca.crt': service } },
    };
    const endpoint = {
      ...(settings.status as { s3: object }).s3,
      regionEndpoint: 'https://s3.openshift-storage.svc:443',
    };
    const { location, warnings } = await locate({ ...settings, status: { s3: endpoint } });
    expect(location).toMatchObject({ authorities: [...others, service] });
    expect(warnings).toEqual([]);
    const forbidden = await locate({ ...settings, status: { s3: endpoint }, forbidden: ['openshift-service-ca.crt'] });
    expect(forbidden.warnings).toEqual([expect.stringMatching(/openshift-service-ca.crt .* cannot be read/)]);
  });

  test('those of the cloud that are forbidden are a warning', async () => {
    const { warnings } = await locate({ ...AWS, forbidden: ['kube-cloud-config'] });
    expect(warnings).toEqual([expect.stringMatching(/kube-cloud-config .* cannot be read/)]);
  });

  test('are not read for plain HTTP', async () => {
    const { requests } = await locate(withEnv({ REGISTRY_STORAGE_S3_REGIONENDPOINT: 'http://x.example.com' }));
    expect(requests.map(({ path }) => path).filter((path) => path.includes('configmaps'))).toEqual([]);
  });

  test('a storage that the registry does not verify is not verified, with a warning, unless the user names some', async () => {
    const settings = withEnv({ REGISTRY_STORAGE_S3_SKIPVERIFY: 'true' });
    const { location, warnings } = await locate(settings);
    expect(location).toMatchObject({ isUnverified: true });
    expect(warnings).toEqual([expect.stringContaining('is not verified: REGISTRY_STORAGE_S3_SKIPVERIFY')]);
    expect((await locate(settings, ['own'])).location).not.toHaveProperty('isUnverified');
  });
});

test.each([
  ['https://s3.openshift-storage.svc:443', true],
  ['https://s3.openshift-storage.svc.cluster.local', true],
  ['https://s3.svc.example.com', false],
])('%s: a service of the cluster has advice for it', async (endpoint, isInside) => {
  const { advice } = await locate(withEnv({ REGISTRY_STORAGE_S3_REGIONENDPOINT: endpoint }));
  expect(advice?.includes('--print-job') ?? false).toBe(isInside);
});

describe('settings that cannot be used', () => {
  test.each<[string, Settings, string]>([
    ['no bucket', withEnv({ REGISTRY_STORAGE_S3_BUCKET: '' }), 'the settings of the registry name bucket images'],
    [
      'an invalid name of a bucket',
      { ...AWS, env: undefined, status: { s3: { bucket: 'a/b' } } },
      'the name of the bucket',
    ],
    [
      'an invalid region',
      { ...AWS, env: undefined, status: { s3: { bucket: BUCKET, region: 'a/b' } } },
      'the name of the region',
    ],
    ['an invalid endpoint', withEnv({ REGISTRY_STORAGE_S3_REGIONENDPOINT: 'ftp://x' }), 'the endpoint is not a URL'],
    ['an invalid root directory', withEnv({ REGISTRY_STORAGE_S3_ROOTDIRECTORY: 'a/../b' }), 'the root directory'],
    [
      'a flag that is neither true nor false',
      withEnv({ REGISTRY_STORAGE_S3_SKIPVERIFY: 'maybe' }),
      'is neither true nor false',
    ],
    ['a config without a bucket', { ...AWS, env: undefined, status: { s3: {} } }, 'its config has no bucket'],
  ])('%s', async (_what, settings, message) => {
    expect(await failure(settings)).toMatchObject({
      code: 'STORAGE_SETTINGS',
      message: expect.stringContaining(message),
    });
  });

  test('a password in the endpoint is not repeated', async () => {
    const error = await failure(withEnv({ REGISTRY_STORAGE_S3_REGIONENDPOINT: 'https://u:hunter2hunter2@x' }));
    expect(error.message + error.suggestions.join()).not.toContain('hunter2hunter2');
  });
});
