import { locateRegistryStorage } from '../../../../src/core/operator/registry-storage/locate.js';
import type { SwiftLocation } from '../../../../src/core/storage/location.js';
import { fakeSettings, type Settings } from '../../../support/fake-settings.js';

const SECRET = 'image-registry-private-configuration';
const variables = (env: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [`REGISTRY_STORAGE_SWIFT_${name}`, value]));
const URL = 'https://keystone.example.com:5000/v3';
const V1 = { AUTHURL: 'https://swift.example.com/auth/v1.0' };
const USER = { USERNAME: 'registry', PASSWORD: 'password-of-the-test' };
const swift = (
  env: Record<string, string> = {},
  secret: Record<string, string> = USER,
  fields: object = {},
): Settings => ({
  status: { swift: { container: 'images', authURL: URL, ...fields } },
  env: { REGISTRY_STORAGE: 'swift', ...variables({ CONTAINER: 'images', AUTHURL: URL, ...env }) },
  secrets: { [SECRET]: variables(secret) },
});

const locate = async (settings: Settings) => {
  const { location } = await locateRegistryStorage(fakeSettings(settings).api, { kind: 'cluster', concurrency: 4 }, {});
  return location as SwiftLocation & { directory: string };
};
const password = (domain: object): object => ({
  methods: ['password'],
  password: { user: { name: 'registry', domain, password: 'password-of-the-test' } },
});

test.each<[string, Settings, object]>([
  [
    'a user and a project by name',
    swift({ DOMAIN: 'Default', TENANT: 'project', REGION: 'one' }),
    {
      ...{ version: 3, authUrl: 'https://keystone.example.com:5000', region: 'one', interface: 'public' },
      identity: password({ name: 'Default' }),
      scope: { project: { name: 'project', domain: { name: 'Default' } } },
    },
  ],
  [
    'the config where the Deployment states nothing',
    swift({}, USER, { domainID: 'd', tenantID: 'p', regionName: 'two', authVersion: '3' }),
    { identity: password({ id: 'd' }), scope: { project: { id: 'p' } }, region: 'two' },
  ],
  [
    'a domain of the project, and an internal endpoint',
    swift({ TENANT: 'p', TENANTDOMAINID: 'x', ENDPOINTTYPE: 'internalURL' }),
    { interface: 'internal', scope: { project: { name: 'p', domain: { id: 'x' } } } },
  ],
  [
    'an application credential',
    swift({}, { APPLICATIONCREDENTIALID: 'id', APPLICATIONCREDENTIALSECRET: 'secret-of-the-test' }),
    {
      identity: {
        ...{ methods: ['application_credential'] },
        application_credential: { id: 'id', secret: 'secret-of-the-test' },
      },
    },
  ],
  [
    'an application credential by name',
    swift({}, { USERNAME: 'u', APPLICATIONCREDENTIALNAME: 'n', APPLICATIONCREDENTIALSECRET: 'secret-of-the-test' }),
    {
      identity: {
        application_credential: {
          name: 'n',
          secret: 'secret-of-the-test',
          user: { name: 'u', domain: { id: 'default' } },
        },
      },
    },
  ],
  [
    'a token',
    swift({}, { TOKENID: 'token-of-the-test' }),
    { identity: { methods: ['token'], token: { id: 'token-of-the-test' } } },
  ],
  [
    'v1',
    swift({ AUTHVERSION: '1', ...V1 }, USER, { authURL: V1.AUTHURL }),
    { version: 1, authUrl: 'https://swift.example.com/auth/v1.0', user: 'registry', key: 'password-of-the-test' },
  ],
  ['v1 by the URL', swift(V1, USER, { authURL: V1.AUTHURL }), { version: 1 }],
])('logs in with %s', async (_what, settings, login) => {
  expect((await locate(settings)).login).toMatchObject(login);
});

test('a prefix, and a certificate that the registry does not verify', async () => {
  expect(await locate(swift({ PREFIX: 'a/b', INSECURESKIPVERIFY: 'true' }))).toMatchObject({
    ...{ directory: 'a/b', isUnverified: true },
  });
});

test.each<[string, Settings, string, string]>([
  ['Keystone v2', swift({ AUTHVERSION: '2' }), 'STORAGE_SETTINGS', 'Keystone v2 is not supported'],
  ['trusts', swift({ TRUSTID: 'x' }), 'STORAGE_SETTINGS', 'trusts of Keystone'],
  ['an endpoint type that is not one', swift({ ENDPOINTTYPE: 'x' }), 'STORAGE_SETTINGS', 'ENDPOINTTYPE'],
  [
    'no login',
    swift({ AUTHURL: '' }, USER, { authURL: '' }),
    'STORAGE_SETTINGS',
    'neither REGISTRY_STORAGE_SWIFT_AUTHURL',
  ],
  ['no password', swift({}, { USERNAME: 'u' }), 'STORAGE_CREDENTIALS', 'has no REGISTRY_STORAGE_SWIFT_PASSWORD'],
  ['no user', swift({}, {}), 'STORAGE_CREDENTIALS', 'has no REGISTRY_STORAGE_SWIFT_USERNAME'],
])('%s: exit status 1', async (_what, settings, code, message) => {
  await expect(locate(settings)).rejects.toMatchObject({
    code,
    exitCode: 1,
    message: expect.stringContaining(message),
  });
});

test('a forbidden secret: the advice names the container', async () => {
  await expect(locate({ ...swift({ PREFIX: 'a' }), forbidden: [SECRET] })).rejects.toMatchObject({
    code: 'FORBIDDEN',
    suggestions: [expect.any(String), expect.stringMatching(/--storage swift:\/\/images\/a$/)],
  });
});
