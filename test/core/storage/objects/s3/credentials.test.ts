import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { hideKnown } from '../../../../../src/core/kit/secrets/known.js';
import { findCredentials } from '../../../../../src/core/storage/objects/s3/credentials.js';
import { parseIni } from '../../../../../src/core/storage/objects/s3/ini.js';
import { bucketAddress } from '../../../../../src/core/storage/objects/s3/settings.js';
import { temporaryDirectory } from '../../../../support/storage-tree.js';

const HOME = '/nonexistent';
const keys = (id: string): string => `aws_access_key_id = ${id}\naws_secret_access_key = secret-of-${id}\n`;

function file(text: string): string {
  const name = path.join(temporaryDirectory(), 'credentials');
  writeFileSync(name, text);
  return name;
}

const KEYS = { AWS_ACCESS_KEY_ID: 'id-of-env', AWS_SECRET_ACCESS_KEY: 'secret-of-env' };

test('a given file precedes the variables, and those the shared file', async () => {
  const given = file(`[default]\n${keys('given')}`);
  const shared = file(`[default]\n${keys('shared')}`);
  const env = { HOME, AWS_SHARED_CREDENTIALS_FILE: shared };
  const idOf = async (options: Parameters<typeof findCredentials>[0]): Promise<string> =>
    (await findCredentials(options)).credentials.accessKeyId;
  expect(await idOf({ file: given, env: { ...env, ...KEYS } })).toBe('given');
  expect(await idOf({ env: { ...env, ...KEYS } })).toBe('id-of-env');
  expect(await idOf({ env })).toBe('shared');
});

test('the profile names keys, a session token and a region', async () => {
  const shared = file(
    `[default]\n${keys('one')}[mine]\n${keys('two')}aws_session_token=token-of-two\nregion = eu-west-1\n`,
  );
  const found = await findCredentials({ env: { HOME, AWS_SHARED_CREDENTIALS_FILE: shared, AWS_PROFILE: 'mine' } });
  expect(found).toEqual({
    credentials: { accessKeyId: 'two', secretAccessKey: 'secret-of-two', sessionToken: 'token-of-two' },
    region: 'eu-west-1',
  });
  expect(hideKnown('secret-of-two token-of-two')).toBe('(hidden) (hidden)');
});

test('the variables name the region before the profile, whose region the config file can state', async () => {
  const config = file('[profile mine]\nregion = eu-north-1\n');
  const env = { HOME, ...KEYS, AWS_CONFIG_FILE: config, AWS_PROFILE: 'mine' };
  expect((await findCredentials({ env })).region).toBe('eu-north-1');
  expect((await findCredentials({ env: { ...env, AWS_DEFAULT_REGION: 'a' } })).region).toBe('a');
  expect((await findCredentials({ env: { ...env, AWS_DEFAULT_REGION: 'a', AWS_REGION: 'b' } })).region).toBe('b');
});

test.each<[string, () => Parameters<typeof findCredentials>[0], RegExp]>([
  ['nothing', () => ({ env: { HOME } }), /^there are no credentials for S3$/],
  [
    'no secret',
    () => ({ env: { HOME, AWS_ACCESS_KEY_ID: 'id-of-env' } }),
    /the environment has no AWS_SECRET_ACCESS_KEY/,
  ],
  ['no profile', () => ({ file: file('[other]\n'), env: {} }), /has no profile default/],
  ['an empty profile', () => ({ file: file('[default]\n'), env: {} }), /has no aws_access_key_id/],
  ['a role', () => ({ file: file('[default]\nrole_arn = arn:x\n'), env: {} }), /has role_arn instead of keys/],
  ['no file', () => ({ file: '/nonexistent/file', env: {} }), /cannot read \/nonexistent\/file: no such file/],
])('%s is an error that names what is missing', async (_what, options, message) => {
  await expect(findCredentials(options())).rejects.toMatchObject({
    code: 'STORAGE_CREDENTIALS',
    message: expect.stringMatching(message),
  });
});

test('comments, blanks and Windows line ends are accepted', () => {
  const sections = parseIni(
    '# x\r\n[ default ]\r\n; y\r\nAWS_Access_Key_Id=a=b==\r\nregion = x # comment\r\n\r\n[other]\nk\n',
  );
  expect([...sections.get('default')!]).toEqual([
    ['aws_access_key_id', 'a=b=='],
    ['region', 'x'],
  ]);
  expect(sections.get('other')!.size).toBe(0);
});

describe('the address of a bucket', () => {
  const address = (bucket: string, more: object = {}): string => {
    const { origin, path: prefix } = bucketAddress({ bucket, region: 'eu-west-1', ...more });
    return origin + prefix;
  };

  test.each([
    ['AWS', 'bucket', {}, 'https://bucket.s3.eu-west-1.amazonaws.com'],
    ['AWS in China', 'bucket', { region: 'cn-north-1' }, 'https://bucket.s3.cn-north-1.amazonaws.com.cn'],
    ['a name with dots', 'a.b', {}, 'https://s3.eu-west-1.amazonaws.com/a.b'],
    ['a name that no host can have', 'My_Bucket', {}, 'https://s3.eu-west-1.amazonaws.com/My_Bucket'],
    ['a name in upper case', 'B', { endpoint: 'http://s3.test', virtualHost: true }, 'http://s3.test/B'],
    ['dots without encryption', 'a.b', { endpoint: 'http://s3.test', virtualHost: true }, 'http://a.b.s3.test'],
    ['an endpoint', 'bucket', { endpoint: 'https://s3.example.com:8443' }, 'https://s3.example.com:8443/bucket'],
    [
      'a virtual host',
      'bucket',
      { endpoint: 'http://s3.example.com', virtualHost: true },
      'http://bucket.s3.example.com',
    ],
    ['an IP address', 'bucket', { endpoint: 'http://10.0.0.1:9000', virtualHost: true }, 'http://10.0.0.1:9000/bucket'],
    ['an IPv6 address', 'bucket', { endpoint: 'http://[::1]:9000', virtualHost: true }, 'http://[::1]:9000/bucket'],
  ])('%s', (_what, bucket, more, expected) => {
    expect(address(bucket, more)).toBe(expected);
  });
});
