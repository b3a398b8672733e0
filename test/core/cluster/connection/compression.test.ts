import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { openCluster } from '../../../../src/core/cluster/index.js';
import { hasCode } from '../../../../src/core/model/errors.js';

const PODS = JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items: [] });
const COMPRESSED = { headers: { 'Accept-Encoding': 'gzip' } };

let server: Server;
let asked: unknown[];

async function serve(encoding: string, body: Buffer, always = false) {
  asked = [];
  server = createServer((request, response) => {
    const accepted = request.headers['accept-encoding'];
    asked.push(accepted);
    if (accepted === 'identity' && !always) return void response.end(PODS);
    response.writeHead(200, { 'Content-Encoding': encoding }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return openCluster({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('the name of the encoding is not case-sensitive', async () => {
  const api = await serve('GZIP', gzipSync(PODS));
  expect(await api.get('/api/v1/pods', COMPRESSED)).toMatchObject({ kind: 'PodList' });
  expect(asked).toEqual(['gzip']);
  await api.close();
});

test.each([
  ['deflate', deflateSync(PODS)],
  ['gzip', gzipSync(PODS).subarray(0, 30)],
  ['gzip', gzipSync(gzipSync(PODS))],
  ['gzip', Buffer.from(PODS)],
])('a response that cannot be decompressed is requested uncompressed: %s', async (encoding, body) => {
  const api = await serve(encoding, body);
  expect(await api.get('/api/v1/pods', COMPRESSED)).toMatchObject({ kind: 'PodList' });
  expect(asked).toEqual(['gzip', 'identity']);
  await api.close();
});

test('a server that sends nothing else is not called unreachable', async () => {
  const api = await serve('deflate', deflateSync(PODS), true);
  const error: unknown = await api
    .get('/api/v1/pods', { ...COMPRESSED, tries: 1 })
    .catch((failure: unknown) => failure);
  expect(hasCode(error, 'API_NOT_JSON')).toBe(true);
  expect(error).toMatchObject({ message: expect.stringContaining('cannot be decompressed: its encoding is deflate') });
  await api.close();
});
