import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { BoundedLines } from '../../../src/core/pulls/lines/bounded-lines.js';
import { readLine } from '../../../src/core/pulls/lines/log-line.js';
import { manifestOf } from '../../../src/core/pulls/lines/request.js';
import { unzipped } from '../../../src/core/kit/unzipped.js';

const TEXT =
  'time="2026-11-28T01:02:03.5Z" level=info msg="response completed" http.request.method=GET http.request.uri="/v2/shop/app/manifests/v1" http.request.useragent="cri-o/1.34.0 os/linux" http.response.status=200';
const REQUEST = { method: 'GET', uri: '/v2/shop/app/manifests/v1', userAgent: 'cri-o/1.34.0 os/linux', code: 200 };
const TIME = Date.parse('2026-11-28T01:02:03.5Z');
const ACCESS =
  '10.1.2.3 - admin [28/Nov/2026:02:02:03 +0100] "GET /v2/shop/app/manifests/v1 HTTP/2.0" 200 12 "" "cri-o/1.34.0 os/linux"';

/** The requests that were sent when the logs were recorded, except for uploads. */
const RECORDED = [
  'PUT latest 201 curl/7.88.1',
  'GET latest 200 cri-o/1.34.0 go/go1.25.0 os/linux arch/amd64',
  'GET digest 200 curl/7.88.1',
  'HEAD latest 200 curl/7.88.1',
  'GET latest 304 curl/7.88.1',
  'GET missing 404 curl/7.88.1',
  'GET forged 404 x" http.response.status=200 y="',
  'GET digest 200 curl/7.88.1',
];
/** The registry's own lines do not have the answer to a request that is not authorized. */
const UNAUTHORIZED = 'GET latest 401 curl/7.88.1';

describe('lines that Debian’s docker-registry 2.8.2 wrote', () => {
  it.each(['text', 'json', 'access'])('reads every request in %s.txt', async (form) => {
    const log = await readFile(new URL(`recorded/${form}.txt`, import.meta.url), 'utf8');
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => readLine(line));
    expect(lines.every(({ time }) => time! > Date.parse('2026-11-28T03:00:00Z'))).toBe(true);
    const requests = lines.flatMap(({ request }) => (request ? [request] : []));
    expect(
      requests.map(({ method, uri, code, userAgent }) => {
        const { repository, digest, tag } = manifestOf(uri) ?? {};
        expect(repository).toBe('shop/app');
        return `${method} ${digest === undefined ? tag : 'digest'} ${code} ${userAgent}`;
      }),
    ).toEqual(form === 'access' ? [...RECORDED, UNAUTHORIZED] : RECORDED);
    expect(lines.some(({ isStart }) => isStart)).toBe(form !== 'access');
  });
});

describe('readLine', () => {
  it.each([
    ['logfmt', TEXT],
    [
      'fields in another order',
      TEXT.split(/ (?=http|level|msg)/)
        .reverse()
        .join(' '),
    ],
    ['a prefix of a container runtime', `2026-11-28T01:02:09.123456789Z stderr F ${TEXT}`],
    ['a prefix of oc logs', `[pod/image-registry-1/registry] 2026-11-28T01:02:09.1Z ${TEXT}`],
    ['a message of a log store', JSON.stringify({ '@timestamp': '2026-11-28T01:03:00Z', message: `${TEXT}\n` })],
    ['an exported hit', JSON.stringify({ _index: 'infra', _source: { message: TEXT } })],
    ['a log of a log store', JSON.stringify({ log: TEXT, kubernetes: { namespace_name: 'openshift-image-registry' } })],
    [
      'nested JSON',
      JSON.stringify({
        time: '2026-11-28T01:02:03.5Z',
        http: { request: { method: 'GET', uri: REQUEST.uri, useragent: REQUEST.userAgent }, response: { status: 200 } },
      }),
    ],
    [
      'structured JSON of a log store',
      JSON.stringify({
        '@timestamp': '2026-11-28T01:02:03.5Z',
        structured: {
          'http.request.method': 'GET',
          'http.request.uri': REQUEST.uri,
          'http.request.useragent': REQUEST.userAgent,
          'http.response.status': '200',
        },
      }),
    ],
  ])('reads %s', (_, line) => {
    expect(readLine(line)).toMatchObject({ time: TIME, request: REQUEST });
  });

  it('reads an access log with an offset, and keeps no address and no user', () => {
    const line = readLine(ACCESS);
    expect(line).toEqual({ time: Date.parse('2026-11-28T01:02:03Z'), request: REQUEST });
    expect(JSON.stringify(readLine(TEXT.replace('level', 'openshift.auth.user=jane level')))).not.toContain('jane');
  });

  it('takes the pod from prefixes and records, and recognizes lines of other containers', () => {
    expect(readLine(`[pod/image-registry-1/registry] ${TEXT}`).pod).toBe('image-registry-1');
    const record = (kubernetes: object) => readLine(JSON.stringify({ message: TEXT, kubernetes }));
    expect(record({ pod_name: 'a', namespace_name: 'openshift-image-registry' })).toMatchObject({ pod: 'a' });
    expect(record({ pod_name: 'a', namespace_name: 'tenant' }).isForeign).toBe(true);
    expect(readLine(`[pod/image-registry-1/other] ${TEXT}`).isForeign).toBe(true);
  });

  it.each([
    [
      'a user agent that contains fields',
      TEXT.replace('cri-o/1.34.0 os/linux"', String.raw`x\" http.response.status=200 \"" `)
        .replace('status=200', 'status=404')
        .replace(/status=200$/, 'status=404'),
    ],
    ['a request that is not answered yet', TEXT.replace(/ http.response.status=200/, '')],
    ['an open quote', `${TEXT} x="`],
    ['a line without fields', 'GET /v2/shop/app/manifests/v1 200'],
    ['JSON in JSON in JSON in JSON', [1, 2, 3, 4].reduce((line) => JSON.stringify({ message: line }), TEXT)],
    ['half a record', '{"message": "'],
  ])('finds no successful request in %s', (_, line) => {
    expect(readLine(line).request?.code).not.toBe(200);
  });
});

describe('manifestOf', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  it.each([
    ['/v2/shop/app/manifests/v1', { repository: 'shop/app', tag: 'v1' }],
    [`/v2/shop/app/manifests/${digest}?ns=x`, { repository: 'shop/app', digest }],
    [`/v2/shop/app/manifests/${digest.replace(':', '%3A')}`, { repository: 'shop/app', digest }],
    ['/v2/a/b/c/d/manifests/v1', { repository: 'a/b/c/d', tag: 'v1' }],
    ['/v2/shop/manifests/manifests/v1', { repository: 'shop/manifests', tag: 'v1' }],
    ['/v2/shop/manifests/x/manifests/v1', { repository: 'shop/manifests/x', tag: 'v1' }],
    ['/v2/shop/app/blobs/v1', undefined],
    ['/v2/shop/app/manifests/%zz', undefined],
    ['/v2/Shop/app/manifests/v1', undefined],
    ['/v2/shop/app/manifests/a%2Fb', undefined],
    ['/healthz', undefined],
  ])('%s', (uri, expected) => {
    expect(manifestOf(uri)).toEqual(expected);
  });
});

describe('BoundedLines', () => {
  it('splits chunks, and skips a line that is too long without keeping it', () => {
    const lines = new BoundedLines();
    const take = (text: string): string[] => [...lines.take(Buffer.from(text))];
    expect([...take('one\r\nt'), ...take('wo\n\nth')]).toEqual(['one', 'two']);
    expect(take('x'.repeat(300_000))).toEqual([]);
    expect([...take('y\nnext\nlast'), ...lines.end()]).toEqual(['next', 'last']);
    expect(lines.tooLong).toBe(1);
  });
});

describe('unzipped', () => {
  const all = async (...chunks: Buffer[]) => {
    const read: Buffer[] = [];
    for await (const chunk of unzipped(Readable.from(chunks))) read.push(chunk);
    return Buffer.concat(read).toString();
  };
  it('decompresses only what is compressed, however it arrives', async () => {
    const compressed = gzipSync('text');
    expect(await all()).toBe('');
    expect(await all(Buffer.from('t'))).toBe('t');
    expect(await all(compressed.subarray(0, 1), compressed.subarray(1))).toBe('text');
    await expect(all(compressed.subarray(0, 12))).rejects.toThrow('unexpected end of file');
  });
});
