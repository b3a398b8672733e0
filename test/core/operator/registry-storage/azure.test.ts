import { locateRegistryStorage } from '../../../../src/core/operator/registry-storage/locate.js';
import type { AzureLocation } from '../../../../src/core/storage/location.js';
import { startFakeIdentity, type FakeIdentity } from '../../../support/servers/fake-identity.js';
import { fakeSettings, type Settings } from '../../../support/fake-settings.js';

const SECRET = 'image-registry-private-configuration';
const KEY = Buffer.from('account-key-of-the-test').toString('base64');
const variables = (env: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [`REGISTRY_STORAGE_AZURE_${name}`, value]));
const azure = (env: Record<string, string> = {}, fields: object = {}): Settings => ({
  status: { azure: { accountName: 'account', container: 'images', ...fields } },
  env: { REGISTRY_STORAGE: 'azure', ...variables({ ACCOUNTNAME: 'account', CONTAINER: 'images', ...env }) },
  secrets: { [SECRET]: { REGISTRY_STORAGE_AZURE_ACCOUNTKEY: KEY } },
});

const locate = async (settings: Settings) => {
  const located = await locateRegistryStorage(fakeSettings(settings).api, { kind: 'cluster', concurrency: 4 }, {});
  return { ...located, location: located.location as AzureLocation & { directory: string } };
};

test('a container of the public cloud', async () => {
  expect((await locate(azure())).location).toEqual({
    ...{ kind: 'azure', account: 'account', container: 'images', directory: '', concurrency: 4, authorities: [] },
    endpoint: 'https://account.blob.core.windows.net',
    credentials: { key: KEY },
  });
});

test.each<[string, Settings, string]>([
  ['the US government', azure({}, { cloudName: 'AzureUSGovernmentCloud' }), 'core.usgovcloudapi.net'],
  ['China', azure({}, { cloudName: 'AzureChinaCloud' }), 'core.chinacloudapi.cn'],
  ['a realm of the Deployment', azure({ REALM: 'example.com' }, { cloudName: 'AzureStackCloud' }), 'example.com'],
])('the cloud of %s', async (_what, settings, realm) => {
  expect((await locate(settings)).location.endpoint).toBe(`https://account.blob.${realm}`);
});

test('a root directory, and a URL of the service', async () => {
  const settings = azure({ ROOTDIRECTORY: '/root', SERVICEURL: 'http://127.0.0.1:10000/account' });
  expect((await locate(settings)).location).toMatchObject({
    ...{ directory: 'root', endpoint: 'http://127.0.0.1:10000/account' },
  });
});

test('only the config', async () => {
  expect((await locate({ ...azure(), env: undefined })).location).toMatchObject({ credentials: { key: KEY } });
});

test('an account that accepts only connections from inside has advice for it', async () => {
  const { advice } = await locate(azure({}, { networkAccess: { type: 'Internal' } }));
  expect(advice).toContain('--print-job');
});

test.each<[string, Settings, string, string]>([
  ['an unknown cloud', azure({}, { cloudName: 'AzureStackCloud' }), 'STORAGE_SETTINGS', 'REGISTRY_STORAGE_AZURE_REALM'],
  ['a realm with a path', azure({ REALM: 'x/y' }), 'STORAGE_SETTINGS', 'the endpoint is not a URL'],
  [
    'no account',
    azure({ ACCOUNTNAME: '' }, { accountName: '' }),
    'STORAGE_SETTINGS',
    'ACCOUNTNAME of its Deployment is not set',
  ],
  [
    'an account that is not one',
    azure({ ACCOUNTNAME: 'A.b' }, { accountName: 'A.b' }),
    'STORAGE_SETTINGS',
    'name of the account',
  ],
  [
    'a container that is not one',
    azure({ CONTAINER: 'A' }, { container: 'A' }),
    'STORAGE_SETTINGS',
    'name of the container',
  ],
  ['no secret', { ...azure(), secrets: {} }, 'STORAGE_CREDENTIALS', 'does not exist'],
  [
    'no key',
    { ...azure(), secrets: { [SECRET]: {} } },
    'STORAGE_CREDENTIALS',
    'has no REGISTRY_STORAGE_AZURE_ACCOUNTKEY, and',
  ],
  ['a key that is not one', azure({ ACCOUNTKEY: 'not base64!' }), 'STORAGE_CREDENTIALS', 'is not an account key'],
])('%s: exit status 1', async (_what, settings, code, message) => {
  const error = (await locate(settings).catch((thrown: unknown) => thrown)) as { suggestions: string[] };
  expect(error).toMatchObject({ code, exitCode: 1, message: expect.stringContaining(message) });
  expect(JSON.stringify(error)).not.toMatch(/not base64|AZURE_STORAGE_KEY/);
});

test('a forbidden secret: the advice names the container', async () => {
  const settings = { ...azure({ ROOTDIRECTORY: '/root' }), forbidden: [SECRET] };
  await expect(locate(settings)).rejects.toMatchObject({
    code: 'FORBIDDEN',
    suggestions: [expect.any(String), expect.stringMatching(/--storage azure:\/\/account\/images\/root$/)],
  });
});

describe('an identity that the user may not read', () => {
  const settings = { ...azure(), secrets: { [SECRET]: {} }, forbidden: ['installer-cloud-credentials'] };
  const own = process.env.AZURE_STORAGE_KEY;
  beforeEach(() => {
    delete process.env.AZURE_STORAGE_KEY;
  });
  afterEach(() => {
    if (own === undefined) delete process.env.AZURE_STORAGE_KEY;
    else process.env.AZURE_STORAGE_KEY = own;
  });

  test('the credentials of the user are used, with a warning', async () => {
    process.env.AZURE_STORAGE_KEY = KEY;
    const { location, isOwn, warnings } = await locate(settings);
    expect([location.credentials, isOwn]).toEqual([undefined, true]);
    expect(warnings).toEqual([
      expect.stringMatching(/get secrets\/installer-cloud-credentials .* is missing\): your own credentials are used$/),
    ]);
  });

  test('without credentials of the user, the error names both', async () => {
    await expect(locate(settings)).rejects.toMatchObject({
      code: 'STORAGE_CREDENTIALS',
      message: expect.stringMatching(/get secrets\/installer-cloud-credentials .*neither AZURE_STORAGE_KEY nor/),
      suggestions: expect.arrayContaining([expect.stringContaining('--resource-name=installer-cloud-credentials')]),
    });
  });
});

describe('an identity of the Deployment', () => {
  let identity: FakeIdentity;
  beforeEach(async () => {
    identity = await startFakeIdentity();
  });
  afterEach(() => identity.stop());

  const withIdentity = (): Settings => ({
    ...azure(),
    env: {
      ...(azure().env as Record<string, string>),
      ...{ AZURE_CLIENT_ID: 'client', AZURE_TENANT_ID: 'tenant', AZURE_AUTHORITY_HOST: identity.url },
    },
    secrets: {},
  });

  test('is exchanged for a bearer token', async () => {
    const { location } = await locate(withIdentity());
    const current = location.credentials as () => Promise<object>;
    expect(await current()).toEqual({ token: 'role-token-1' });
    expect(identity.requests.map(({ path }) => path)).toEqual(['/tenant/oauth2/v2.0/token']);
  });

  test('stops asking when the run is interrupted', async () => {
    const stop = new AbortController();
    identity.keys = () => {
      stop.abort(new Error('interrupted'));
      return { id: '', secret: '', token: 'late' };
    };
    const { api } = fakeSettings(withIdentity());
    const located = locateRegistryStorage(api, { kind: 'cluster', concurrency: 4 }, { signal: stop.signal });
    await expect(located).rejects.toThrow('interrupted');
  });
});
