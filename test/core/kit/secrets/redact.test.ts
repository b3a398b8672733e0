import { hideLogin, hideSecret, hideUserInfo } from '../../../../src/core/kit/secrets/known.js';
import { redact, redactValues } from '../../../../src/core/kit/secrets/redact.js';
import { redactWords } from '../../../../src/core/kit/secrets/redact-words.js';
import { processorTime } from '../../../support/processor-time.js';

const TOKEN = 'sha256~Zm9vYmFyLXNlY3JldC10b2tlbg';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a secret that was read', () => {
  const secret = 'tok3n<&"\\>/+ä-of-the-test';
  beforeAll(() => hideSecret(secret));

  test.each([
    ['as it is', secret],
    ['in base64', base64(secret)],
    ['in base64, after a user name of any length', base64(`u:${secret}`)],
    ['in base64, after a longer one', base64(`us:${secret}`)],
    ['in base64, after a still longer one', base64(`use:${secret}`)],
    ['in base64url', Buffer.from(`user:${secret}:more`).toString('base64url')],
    ['percent-encoded', encodeURIComponent(secret)],
    ['as JSON escapes it', JSON.stringify(secret).slice(1, -1)],
    [
      'as Go escapes it',
      JSON.stringify(secret).slice(1, -1).replace('<', '\\u003c').replace('>', '\\u003e').replace('&', '\\u0026'),
    ],
    [
      'as HTML escapes it',
      secret.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&quot;'),
    ],
  ])('is hidden %s', (_how, text) => {
    expect(redact(`before ${text} after`)).toBe('before (hidden) after');
  });

  test('is hidden as often as it occurs', () => {
    expect(redact(`${secret},${secret}`)).toBe('(hidden),(hidden)');
  });

  test('is hidden in every string of a document, and keys stay', () => {
    expect(redactValues({ a: [secret, 1, null, { b: `x ${secret}` }], c: undefined })).toEqual({
      a: ['(hidden)', 1, null, { b: 'x (hidden)' }],
      c: undefined,
    });
  });
});

describe('a short secret', () => {
  test('is hidden as a word, and leaves digests and longer names as they are', () => {
    hideSecret('abcdef');
    expect(redact('abcdef: sha256:0abcdef1 of abcdefg, x=abcdef\\nabcdef %3Aabcdef')).toBe(
      '(hidden): sha256:0abcdef1 of abcdefg, x=(hidden)\\n(hidden) %3A(hidden)',
    );
  });

  test('of a few characters is hidden only where credentials stand', () => {
    hideLogin('regadm', 'abc');
    const text = `abc of namespace abc: Authorization: Bearer abc, Basic ${base64('regadm:abc')}`;
    expect(redact(text)).toBe('abc of namespace abc: Authorization: Bearer (hidden), Basic (hidden)');
  });

  test('that no name looks like is hidden everywhere', () => {
    hideUserInfo('http://u:p4ssw0rd@proxy:8080');
    expect(redact(`xp4ssw0rdx ${base64('u:p4ssw0rd')}`)).toBe('x(hidden)x (hidden)');
  });
});

test('user and password of a URL are remembered, encoded and decoded', () => {
  hideUserInfo('rediss://user:s%2Fcr%40t-1@host:6379/0');
  hideUserInfo('no-scheme:pr0xy-pass@host:80');
  hideUserInfo('https://t0ken-as-user@host');
  hideUserInfo('not a URL');
  expect(redact('s/cr@t-1 s%2Fcr%40t-1 pr0xy-pass t0ken-as-user')).toBe('(hidden) (hidden) (hidden) (hidden)');
});

describe('a credential of a known form is hidden', () => {
  const key = (kind: string): string =>
    `-----BEGIN ${kind}PRIVATE KEY-----\nMIIE\nabc\n-----END ${kind}PRIVATE KEY-----`;

  test.each([
    [`no: Bearer ${TOKEN}`, 'no: Bearer (hidden)'],
    ['no: bearer opaque.token-1', 'no: bearer (hidden)'],
    ['no: Basic dTpw', 'no: Basic (hidden)'],
    ['{"Authorization":["Bearer abcdef"]}', '{"Authorization":["Bearer (hidden)"]}'],
    [`unknown ${TOKEN}.`, 'unknown (hidden).'],
    ['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln', '(hidden)'],
    ['GET https://u:p@host:1/x?a=b: no', 'GET https://…@host:1/x?a=b: no'],
    [
      'https://b.s3.test/k?X-Amz-Credential=AKIA1%2F2&X-Amz-Date=1&X-Amz-Signature=0af',
      'https://b.s3.test/k?X-Amz-Credential=(hidden)&X-Amz-Date=1&X-Amz-Signature=(hidden)',
    ],
    [
      '?X-Amz-Security-Token=IQoJ\\u0026x-amz-signature=ab',
      '?X-Amz-Security-Token=(hidden)\\u0026x-amz-signature=(hidden)',
    ],
    [
      'https://a.blob.test/c?sv=2024&se=2026&sp=r&sig=a%2Fb%3D',
      'https://a.blob.test/c?sv=2024&se=(hidden)&sp=(hidden)&sig=(hidden)',
    ],
    ['/v1/a/c?temp_url_sig=ab&temp_url_expires=1', '/v1/a/c?temp_url_sig=(hidden)&temp_url_expires=(hidden)'],
    [`x ${key('')} y`, 'x (hidden) y'],
    [key('RSA '), '(hidden)'],
    [`x ${key('EC ').slice(0, 40)}`, 'x (hidden)'],
    [`client-key-data: ${base64(key('EC '))}`, 'client-key-data: (hidden)'],
    ['AccountKey=a1b2c3d4==;EndpointSuffix=x', 'AccountKey=(hidden);EndpointSuffix=x'],
    ['{"password":"hunter"}', '{"password":"(hidden)"}'],
    ['{\\"session_token\\":\\"abc\\"}', '{\\"session_token\\":\\"(hidden)\\"}'],
    ['AKIAIOSFODNN7EXAMPLE', '(hidden)'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(clean)).toBe(clean);
  });
});

test.each([
  'registry.example.com:5000/ns/app@sha256:0123456789abcdef',
  'docker://quay.io/ns/app@sha256:0123456789abcdef',
  'docker://app@sha256:0123456789abcdef',
  '401 Unauthorized: Basic authentication is not accepted; the Bearer challenge names https://host/token',
  'pass --token=TOKEN, or set REGADM_TOKEN=…; redis://…@host',
  'write it as redis[s]://[user:password@]host[:port][/db]',
  'secret "sno-1/sno-1-admin-kubeconfig" not found',
  'GET /api/v1/pods?limit=500&continue=abc 200 in 3 ms',
  base64('-----BEGIN CERTIFICATE-----\nMIIE'),
])('other text stays: %s', (text) => {
  expect(redact(text)).toBe(text);
});

test.each([
  '://',
  'bearer ',
  'a',
  '?sig',
  '"token" ',
  '-----BEGIN PRIVATE KEY-----',
  'eyJ',
  'LS0tLS1CRUdJTi',
  'password=',
])('a long text of %s takes linear time', async (piece) => {
  // A sign lets the text pass the quick test.
  const time = (times: number): Promise<number> => {
    const text = `?${piece.repeat(times)}`;
    return processorTime(() => redact(text));
  };
  const short = await time(25_000);
  // 16 times the length takes 16 times as long, and 256 times if the time is quadratic.
  expect(await time(400_000)).toBeLessThan(64 * Math.max(short, 500));
});

test('words of a program that handles unknown credentials are hidden, unless they are ordinary', () => {
  expect(
    redactWords('error: session expired at 2026-01-01 12:00:00, run aws sso login (https://login.example.com/device)'),
  ).toBe('error: session expired at 2026-01-01 12:00:00, run aws sso login (https://login.example.com/device)');
  expect(redactWords(`Unexpected token 's', "${TOKEN}" is not JSON; p4ssw0rd abcdefghijklmnopqrstuvwxyz`)).toBe(
    `Unexpected token 's', "(hidden)" is not JSON; (hidden) (hidden)`,
  );
});
