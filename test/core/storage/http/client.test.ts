import { connectionFailure } from '../../../../src/core/http/connection-failure.js';
import { dispatcherFor } from '../../../../src/core/http/dispatcher.js';
import { mapParallel } from '../../../../src/core/kit/parallel.js';
import { StoreClient, type ConnectOptions, type StoreResponse } from '../../../../src/core/storage/http/client.js';
import { readAll } from '../../../support/store-contract.js';
import { makeAuthority, type Authority } from '../../../support/servers/certificates.js';
import { startProxy, type TestProxy } from '../../../support/servers/proxy-server.js';
import {
  end,
  plainServer,
  rawServer,
  tlsServer,
  type Handler,
  type TestServer,
} from '../../../support/servers/tls-servers.js';

const PASSWORD = 'hunter2hunter2';
const STORE = 'storage.example.org';

let authority: Authority;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  authority = await makeAuthority();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function closeLater<T extends { close(): Promise<void> }>(opened: T): T {
  closing.push(() => opened.close());
  return opened;
}

const slept: number[] = [];
const log: string[] = [];
async function connect(url: string, more: Partial<ConnectOptions> = {}): Promise<StoreClient> {
  [slept.length, log.length] = [0, 0];
  const options = {
    concurrency: 2,
    env: {},
    sleep: async (ms: number) => void slept.push(ms),
    log: (_level: number, line: string) => void log.push(line),
    ...more,
  };
  return closeLater(await StoreClient.connect('s3://bucket', url, options));
}
const get = (client: StoreClient, path = '/bucket?list-type=2'): Promise<StoreResponse> =>
  client.send(() => ({ method: 'GET', path }));

const ok: Handler = (_request, response) => end(response, 200, 'content');

test('plain HTTP to a port that speaks TLS names the cause and the remedy', async () => {
  const server = closeLater(
    await plainServer((_request, response) => end(response, 400, 'Client sent an HTTP request to an HTTPS server.\n')),
  );
  const words = `localhost:${server.port}/bucket: malformed HTTP response: the server expects HTTPS`;
  await expect(get(await connect(`http://localhost:${server.port}`))).rejects.toMatchObject({
    code: 'STORAGE_UNREACHABLE',
    message: expect.stringContaining(words) as string,
    suggestions: ['write the address of the storage with https://', expect.stringContaining('--storage-ca') as string],
  });
});

test('every attempt is counted as a request', async () => {
  let [counted, answered] = [0, 0];
  const server = closeLater(
    await plainServer((_request, response) => (++answered < 3 ? end(response, 503) : end(response, 200))),
  );
  const client = await connect(`http://localhost:${server.port}`, { onRequest: () => void counted++ });
  expect((await get(client)).attempts).toBe(3);
  expect([counted, answered]).toEqual([3, 3]);
});

test('a request is counted and logged when it was sent, even if it is canceled then', async () => {
  let counted = 0;
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const server = closeLater(await plainServer(() => arrived()));
  const client = await connect(`http://localhost:${server.port}`, { concurrency: 1, onRequest: () => void counted++ });
  const abort = new AbortController();
  const both = ['/first', '/second'].map((path) =>
    client.send(() => ({ method: 'GET', path }), { signal: abort.signal }),
  );
  await arrival;
  abort.abort(new Error('interrupted'));
  for (const request of both) await expect(request).rejects.toThrow('interrupted');
  expect([counted, log]).toEqual([1, [`GET http://localhost:${server.port}/first canceled`]]);
});

test('a connection that fails counts as no request', async () => {
  let counted = 0;
  const server = await plainServer(ok);
  await server.close();
  const client = await connect(`http://localhost:${server.port}`, { onRequest: () => void counted++ });
  await expect(get(client)).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
  expect(counted).toBe(0);
});

describe('--storage-concurrency', () => {
  test.each(['h2', 'http/1.1'] as const)('limits the concurrent requests with %s', async (protocol) => {
    let [running, most] = [0, 0];
    const waiting: (() => void)[] = [];
    const handler: Handler = (_request, response) => {
      most = Math.max(most, ++running);
      waiting.push(() => {
        running--;
        end(response, 200);
      });
      // Each request waits for another one: more than two would be here if they were sent. The delay lets
      // them arrive: on a slow machine, the test can only miss them.
      if (waiting.length === 2) setTimeout(() => waiting.splice(0).forEach((answer) => answer()), 50);
    };
    const server = closeLater(await tlsServer(await authority.issue(), handler, protocol));
    const client = await connect(`https://localhost:${server.port}`, { authorities: [authority.cert] });
    const responses = await mapParallel(Array(12).keys(), 6, () => get(client));
    expect(responses.map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect(most).toBe(2);
    expect(new Set(server.seen.map(({ httpVersion }) => httpVersion))).toEqual(
      new Set([protocol === 'h2' ? '2.0' : '1.1']),
    );
  });
});

describe('a streamed body', () => {
  const open = async (handler: Handler): Promise<StoreResponse> => {
    const server = closeLater(await plainServer(handler));
    return (await connect(`http://localhost:${server.port}`)).send(() => ({
      method: 'GET',
      path: '/',
      isStreamed: true,
    }));
  };

  test('arrives in parts, whatever its size; that of an error is read as usual', async () => {
    const part = Buffer.alloc(1_048_576, 'x');
    const { content, body } = await open((_request, response) => {
      response.writeHead(200, { 'content-length': 70 * part.length });
      for (let count = 0; count < 70; count++) response.write(part);
      response.end();
    });
    expect(body).toHaveLength(0);
    let bytes = 0;
    for await (const chunk of content!) bytes += chunk.length;
    expect(bytes).toBe(70 * part.length);
    const failed = await open((_request, response) => end(response, 404, 'not here'));
    expect([failed.body.toString(), failed.content]).toEqual(['not here', undefined]);
  });

  test('fails if it ends early, and can be left', async () => {
    const cut: Handler = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('x'.repeat(50), () => response.destroy());
    };
    await expect(readAll((await open(cut)).content!)).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
    for await (const chunk of (await open(cut)).content!) {
      expect(chunk).toHaveLength(50);
      break;
    }
  });
});

describe('throttling', () => {
  const answering = async (...answers: [status: number, headers?: Record<string, string>][]): Promise<TestServer> =>
    closeLater(
      await plainServer((_request, response) => {
        const [status, headers] = answers.length > 1 ? answers.shift()! : answers[0]!;
        end(response, status, '', headers);
      }),
    );

  test('is waited for as long as the server asks', async () => {
    const server = await answering([429, { 'retry-after': '3' }], [503, { 'retry-after': '20' }], [200]);
    expect(await get(await connect(`http://127.0.0.1:${server.port}`))).toMatchObject({ status: 200, attempts: 3 });
    expect(slept).toEqual([3000, 20_000]);
  });

  test('ends after six attempts with growing waits, or if the server asks for too long a time', async () => {
    const server = await answering([503]);
    expect(await get(await connect(`http://127.0.0.1:${server.port}`))).toMatchObject({ status: 503, attempts: 6 });
    expect(slept).toHaveLength(5);
    // The last wait can be shorter than the one before it.
    expect(slept.slice(0, 4).sort((a, b) => a - b)).toEqual(slept.slice(0, 4));
    const slow = await answering([429, { 'retry-after': '1000' }]);
    expect(await get(await connect(`http://127.0.0.1:${slow.port}`))).toMatchObject({ status: 429, attempts: 1 });
  });

  test.each([501, 404, 400, 301])('does not include %i', async (status) => {
    const server = await answering([status, { location: 'http://127.0.0.1:1/' }]);
    expect(await get(await connect(`http://127.0.0.1:${server.port}`))).toMatchObject({ status, attempts: 1 });
  });
});

describe('through a proxy', () => {
  let server: TestServer;
  let proxy: TestProxy;
  beforeEach(async () => {
    server = closeLater(await tlsServer(await authority.issue({ hosts: [STORE, 'localhost'] }), ok));
    proxy = closeLater(await startProxy({ [`${STORE}:443`]: server.port }));
  });
  const withPassword = (url = proxy.url): string => url.replace('http://', `http://user:${PASSWORD}@`);

  test('requests are in a tunnel, so that the proxy sees no path', async () => {
    const client = await connect(`https://${STORE}`, {
      authorities: [authority.cert],
      env: { HTTPS_PROXY: withPassword() },
    });
    expect((await get(client)).body.toString()).toBe('content');
    expect(proxy.seen).toEqual([`CONNECT ${STORE}:443`]);
  });

  test('are not sent to hosts of NO_PROXY', async () => {
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY: '.example.com,localhost' };
    const client = await connect(`https://localhost:${server.port}`, { authorities: [authority.cert], env });
    expect((await get(client)).status).toBe(200);
    expect(proxy.seen).toEqual([]);
  });

  test('a refusal, or a proxy that cannot be reached, names the proxy without its password', async () => {
    const refusing = closeLater(await startProxy({}, 407));
    for (const url of [refusing.url, 'http://127.0.0.1:1']) {
      const client = await connect(`https://${STORE}`, { env: { HTTPS_PROXY: withPassword(url) } });
      const error = await get(client).catch((thrown: unknown) => thrown as Error & { suggestions: string[] });
      expect(error).toMatchObject({
        code: 'STORAGE_UNREACHABLE',
        message: expect.stringContaining(`(through the proxy ${url})`),
        suggestions: expect.arrayContaining([expect.stringContaining('correct HTTPS_PROXY')]),
      });
      expect(JSON.stringify(error) + log.join()).not.toContain(PASSWORD);
    }
  });

  test('a proxy that does not answer is an error within the time limit', async () => {
    const silent = closeLater(await rawServer(() => {}));
    const from = { variable: 'HTTPS_PROXY' };
    const found = { url: withPassword(`http://127.0.0.1:${silent.port}`), from };
    const options = { verify: true, connections: 1, timeoutMs: 50, proxy: found };
    const dispatcher = dispatcherFor({ origin: `https://${STORE}`, ...options });
    closing.push(() => dispatcher.destroy());
    const error = await dispatcher
      .request({ origin: `https://${STORE}`, path: '/', method: 'GET' })
      .catch((thrown: unknown) => thrown);
    expect(connectionFailure(error, `https://${STORE}`, found)).toEqual({
      kind: 'proxy',
      what: `the proxy does not open a connection: no answer within 0.05 s (through the proxy http://127.0.0.1:${silent.port})`,
    });
  });

  test('a proxy that is not a URL is an error before anything is sent', async () => {
    const client = connect(`https://${STORE}`, { env: { HTTPS_PROXY: `http//user:${PASSWORD}@proxy` } });
    const error = await client.catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'STORAGE_UNREACHABLE' });
    expect(JSON.stringify(error)).not.toContain(PASSWORD);
  });
});

describe('a certificate', () => {
  test('of an unknown authority, or for another name, is an error that states it', async () => {
    const server = closeLater(await tlsServer(await authority.issue({ hosts: ['other.example.org'] }), ok));
    const url = `https://localhost:${server.port}`;
    await expect(get(await connect(url))).rejects.toMatchObject({
      message: expect.stringContaining('signed by unknown authority'),
      suggestions: [expect.stringContaining('--storage-ca')],
    });
    await expect(get(await connect(url, { authorities: [authority.cert] }))).rejects.toThrow(
      'certificate is valid for other.example.org, not localhost',
    );
  });
});

test('errors and logs contain no query, because it can contain a signature', async () => {
  const server = closeLater(await rawServer((socket) => void socket.destroy()));
  const client = await connect(`http://127.0.0.1:${server.port}`);
  const error = await get(client, '/bucket?sig=secretsecret').catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ message: expect.stringContaining(`http://127.0.0.1:${server.port}/bucket: `) });
  expect(JSON.stringify(error) + log.join()).not.toContain('secretsecret');
  expect(log).toHaveLength(6);
});
