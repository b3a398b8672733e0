import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ClusterApi } from '../../../../src/core/cluster/api.js';
import { openCluster } from '../../../../src/core/cluster/index.js';
import { PageBuffers } from '../../../../src/core/cluster/lists/page-buffers.js';
import { ATTEMPT_LIMITS } from '../../../../src/core/kit/limits.js';
import { ManualTimers } from '../../../support/manual-timers.js';

const { headMs, idleMs, rateWindowMs, minimumRate } = ATTEMPT_LIMITS;
const SECOND = 1000;

let server: Server;
let api: ClusterApi;
let timers: ManualTimers;
let requests: number;
const arrivals = new EventEmitter();

async function serve(listener: RequestListener, requestTimeoutMs = 0): Promise<void> {
  requests = 0;
  timers = new ManualTimers();
  server = createServer((request, response) => {
    requests++;
    response.setHeader('Content-Type', 'application/json');
    listener(request, response);
    arrivals.emit('request', response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = await openCluster({ server: url, requestTimeoutMs }, undefined, { timers });
}

afterEach(async () => {
  await api.close();
  server.closeAllConnections();
  server.close();
});

/** Resolves with the response of the next request when it has arrived, and the server has handled it. */
async function nextRequest(): Promise<ServerResponse> {
  return ((await once(arrivals, 'request')) as [ServerResponse])[0];
}

/** Resolves when the head of the next response has arrived at the client. */
function nextHead(): Promise<unknown> {
  return timers.nextInterval();
}

/** Sends a part of a body, and lets the client read it. */
async function sendPart(response: ServerResponse, text: string): Promise<void> {
  await new Promise((resolve) => response.write(text, resolve));
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a request is retried once and ends, if the server', () => {
  const sendHead: RequestListener = (_request, response) => response.write(' ');

  async function expectTwoAttempts(listener: RequestListener, untilTimeout: () => Promise<void>): Promise<void> {
    await serve(listener);
    const twice = untilTimeout().then(untilTimeout);
    await expect(api.request('DELETE', '/x')).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: expect.stringContaining('no response in time') as string,
    });
    await twice;
    expect(requests).toBe(2);
  }

  test('never answers', () =>
    expectTwoAttempts(
      () => {},
      async () => {
        await nextRequest();
        timers.advance(headMs);
      },
    ));

  test('sends only the head', () =>
    expectTwoAttempts(sendHead, async () => {
      await nextHead();
      timers.advance(idleMs);
    }));

  test('sends a byte now and then', () =>
    expectTwoAttempts(sendHead, async () => {
      const [response] = await Promise.all([nextRequest(), nextHead()]);
      for (let ms = 0; ms <= rateWindowMs && !response.closed; ms += SECOND) {
        await sendPart(response, ' ');
        timers.advance(SECOND);
      }
    }));
});

test('the request timeout limits a whole request, however fast its body arrives', async () => {
  await serve((_request, response) => response.write(' '), 30 * SECOND);
  const untilTimeout = async (): Promise<void> => {
    const [response] = await Promise.all([nextRequest(), nextHead()]);
    for (let ms = 0; ms < 30 * SECOND; ms += SECOND) {
      await sendPart(response, ' '.repeat(10_000));
      timers.advance(SECOND);
    }
  };
  const twice = untilTimeout().then(untilTimeout);
  await expect(api.request('PUT', '/x', { body: {} })).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
  await twice;
  expect(requests).toBe(2);
});

test('a slow body that is fast enough is read to its end', async () => {
  await serve((_request, response) => response.write(' '));
  const answer = api.request('GET', '/x');
  const [response] = await Promise.all([nextRequest(), nextHead()]);
  for (let ms = 0; ms < 3 * rateWindowMs; ms += SECOND) {
    await sendPart(response, ' '.repeat(2 * minimumRate));
    timers.advance(SECOND);
  }
  response.end('{}');
  expect((await answer).json()).toEqual({});
});

test('a retry after a timeout does not use a connection that was open before', async () => {
  const sockets = new Set<unknown>();
  await serve((request, response) => {
    sockets.add(request.socket);
    if (requests !== 2) response.end('{}');
  });
  await api.request('GET', '/x');
  const second = nextRequest();
  const answer = api.request('GET', '/x');
  await second;
  timers.advance(headMs);
  await answer;
  expect(requests).toBe(3);
  expect(sockets.size).toBe(2);
});

test.each<[string, (text: string) => [Buffer, string?], PageBuffers | undefined]>([
  ['plain', (text) => [Buffer.from(text)], undefined],
  ['compressed', (text) => [gzipSync(text), 'gzip'], undefined],
  ['plain (in used memory)', (text) => [Buffer.from(text)], new PageBuffers()],
  ['compressed (in used memory)', (text) => [gzipSync(text), 'gzip'], new PageBuffers()],
])('a %s response that is too large is a failure without a retry', async (_what, encode, buffers) => {
  const [body, encoding] = encode(`"${' '.repeat(2000)}"`);
  await serve((_request, response) => {
    if (encoding) response.setHeader('Content-Encoding', encoding);
    response.end(body);
  });
  await expect(api.request('GET', '/x', { bodyLimit: 1000, buffers })).rejects.toMatchObject({
    code: 'API_RESPONSE_TOO_LARGE',
  });
  expect(requests).toBe(1);
  expect((await api.request('GET', '/x', { bodyLimit: 3000, buffers })).body.length).toBe(2002);
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
  await serve((request, response) => void (request.url === '/x' && response.write('one')));
  const begun = nextRequest();
  const { chunks } = await api.stream('/x');
  const response = await begun;
  timers.advance(100 * idleMs);
  response.end('two');
  let text = '';
  for await (const chunk of chunks) text += chunk.toString();
  expect(text).toBe('onetwo');
  const arrived = nextRequest();
  const never = api.stream('/never');
  await arrived;
  timers.advance(headMs);
  await expect(never).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
});

test('a stream can be aborted in the moment in which the server ends it', async () => {
  await serve((_request, response) => {
    response.flushHeaders();
    setImmediate(() => {
      response.write('one');
      response.end();
    });
  });
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.on('uncaughtException', note);
  const stop = new AbortController();
  const { chunks } = await api.stream('/x', { signal: stop.signal });
  try {
    for await (const _chunk of chunks) stop.abort(new Error('no longer needed'));
  } catch {
    // Whether the abort or the end comes first does not matter here.
  }
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  process.off('uncaughtException', note);
  expect(uncaught).toEqual([]);
});

test.each(['of the response', 'before it'])('a request can be aborted in the middle %s', async (when) => {
  await serve((_request, response) => void (when === 'before it' || response.write('{')));
  const stop = new AbortController();
  const arrived = nextRequest();
  const answered = api.request('GET', '/x', { signal: stop.signal });
  await sendPart(await arrived, when === 'before it' ? '' : ' ');
  stop.abort(new Error('interrupted'));
  await expect(answered).rejects.toThrow('interrupted');
});
