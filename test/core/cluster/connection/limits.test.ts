import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ClusterApi } from '../../../../src/core/cluster/api.js';
import { openCluster } from '../../../../src/core/cluster/index.js';
import type { AttemptLimits } from '../../../../src/core/kit/limits.js';

/** So short that a test does not wait, and so long that a slow machine reads what has arrived. */
const LIMITS: AttemptLimits = { headMs: 300, idleMs: 300, rateWindowMs: 400, minimumRate: 1000 };

let server: Server;
let api: ClusterApi;
let requests: number;

async function serve(listener: RequestListener, requestTimeoutMs = 0): Promise<void> {
  requests = 0;
  server = createServer((request, response) => {
    requests++;
    response.setHeader('Content-Type', 'application/json');
    listener(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = await openCluster({ server: url, requestTimeoutMs }, undefined, LIMITS);
}

afterEach(async () => {
  await api.close();
  server.closeAllConnections();
  server.close();
});

/** Writes a piece again and again until the client leaves. */
function drip(text: string, ms: number): RequestListener {
  return (_request, response) => {
    const timer = setInterval(() => response.write(text), ms);
    response.on('close', () => clearInterval(timer));
  };
}

test.each<[string, RequestListener, string]>([
  ['never answers', () => {}, 'no response in time'],
  ['sends only the head', (_request, response) => response.write(' '), 'no response in time'],
  ['sends a byte now and then', drip(' ', 50), 'no response in time'],
])('a request to a server that %s ends, and is retried once', async (_what, listener, message) => {
  await serve(listener);
  await expect(api.request('DELETE', '/x')).rejects.toMatchObject({
    code: 'API_UNREACHABLE',
    message: expect.stringContaining(message) as string,
  });
  expect(requests).toBe(2);
});

test('the request timeout limits a whole request, however fast its body arrives', async () => {
  await serve(drip(' '.repeat(1000), 10), 200);
  await expect(api.request('PUT', '/x', { body: {} })).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
  expect(requests).toBe(2);
});

test('a slow body that is fast enough is read to its end', async () => {
  await serve((_request, response) => {
    let left = 20;
    const timer = setInterval(() => {
      if (left-- > 0) return response.write(' '.repeat(500));
      clearInterval(timer);
      return response.end('{}');
    }, 40);
  });
  expect((await api.request('GET', '/x')).json()).toEqual({});
});

test('a retry after a timeout does not use a connection that was open before', async () => {
  const sockets = new Set<unknown>();
  await serve((request, response) => {
    sockets.add(request.socket);
    if (requests !== 2) response.end('{}');
  });
  await api.request('GET', '/x');
  await api.request('GET', '/x');
  expect(requests).toBe(3);
  expect(sockets.size).toBe(2);
});

test.each<[string, (text: string) => [Buffer, string?]]>([
  ['plain', (text) => [Buffer.from(text)]],
  ['compressed', (text) => [gzipSync(text), 'gzip']],
])('a %s response that is too large is a failure without a retry', async (_what, encode) => {
  const [body, encoding] = encode(`"${' '.repeat(2000)}"`);
  await serve((_request, response) => {
    if (encoding) response.setHeader('Content-Encoding', encoding);
    response.end(body);
  });
  await expect(api.request('GET', '/x', { bodyLimit: 1000 })).rejects.toMatchObject({ code: 'API_RESPONSE_TOO_LARGE' });
  expect(requests).toBe(1);
  expect((await api.request('GET', '/x', { bodyLimit: 3000 })).body.length).toBe(2002);
});

test('a response that never ends is a failure as soon as it is too large', async () => {
  await serve((_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 0x20)));
    };
    response.on('drain', more);
    more();
  });
  await expect(api.request('GET', '/x', { bodyLimit: 1024 * 1024 })).rejects.toMatchObject({
    code: 'API_RESPONSE_TOO_LARGE',
  });
});

test('of an error, 64 KiB are read', async () => {
  await serve((_request, response) => {
    response.statusCode = 404;
    response.end(`"${' '.repeat(100_000)}"`);
  });
  const { status, body } = await api.request('GET', '/x');
  expect([status, body.length]).toEqual([404, 64 * 1024]);
  await expect(api.stream('/x')).rejects.toMatchObject({ status: 404 });
});

test('a compressed error that is too large keeps its status', async () => {
  await serve((_request, response) => {
    response.writeHead(403, { 'Content-Encoding': 'gzip' });
    response.end(gzipSync(' '.repeat(1_000_000)));
  });
  const { status, body } = await api.request('GET', '/x');
  expect([status, body.length]).toEqual([403, 0]);
});

test('a server that asks to wait for years is not asked again', async () => {
  await serve((_request, response) => {
    response.writeHead(429, { 'Retry-After': 'Fri, 01 Jan 2099 00:00:00 GMT' });
    response.end();
  });
  expect((await api.request('GET', '/x')).status).toBe(429);
  expect(requests).toBe(1);
});

test('a stream is not limited once it has begun, but its head is', async () => {
  await serve((request, response) => {
    if (request.url === '/never') return;
    response.write('one');
    setTimeout(() => response.end('two'), 2 * LIMITS.idleMs);
  });
  const { chunks } = await api.stream('/x');
  let text = '';
  for await (const chunk of chunks) text += chunk.toString();
  expect(text).toBe('onetwo');
  await expect(api.stream('/never')).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
});
