import { readSwiftLogin } from '../../../../../src/core/storage/objects/swift/settings.js';

const V3 = { OS_AUTH_URL: 'https://keystone.example.com:5000', OS_USERNAME: 'me', OS_PASSWORD: 'secret-word' };

test.each<[Record<string, string>, string]>([
  [{}, 'there are no credentials for Swift in the environment'],
  [{ ST_AUTH: 'https://swift.example.com/auth/v1.0' }, 'ST_USER and ST_KEY is not set'],
  [{ ST_AUTH: 'swift', ST_USER: 'a', ST_KEY: 'b' }, 'ST_AUTH is not a URL'],
  [{ ...V3, ST_AUTH: 'https://swift.example.com/' }, 'both OS_AUTH_URL and ST_AUTH are set'],
  [{ ...V3, OS_IDENTITY_API_VERSION: '2.0' }, 'Keystone v2 is not supported'],
  [{ ...V3, OS_PASSWORD: '' }, 'neither OS_PASSWORD nor OS_APPLICATION_CREDENTIAL_SECRET is set'],
  [V3, 'neither OS_PROJECT_NAME nor OS_PROJECT_ID is set'],
  [{ ...V3, OS_USERNAME: '', OS_PROJECT_ID: 'p' }, 'neither OS_USERNAME nor OS_USER_ID is set'],
  [{ OS_AUTH_URL: V3.OS_AUTH_URL, OS_APPLICATION_CREDENTIAL_SECRET: 's' }, 'OS_APPLICATION_CREDENTIAL_ID'],
])('%j is refused', (env, message) => {
  expect(() => readSwiftLogin(env)).toThrow(message);
});

test('names and IDs of users and projects are read as the openrc file sets them', () => {
  const env = { ...V3, OS_USER_DOMAIN_NAME: 'users', OS_TENANT_ID: 'tenant', OS_ENDPOINT_TYPE: 'internalURL' };
  expect(readSwiftLogin(env)).toEqual({
    version: 3,
    authUrl: 'https://keystone.example.com:5000',
    region: undefined,
    interface: 'internal',
    identity: {
      methods: ['password'],
      password: { user: { name: 'me', domain: { name: 'users' }, password: 'secret-word' } },
    },
    scope: { project: { id: 'tenant' } },
  });
});
