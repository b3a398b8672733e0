import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dispatcherFor } from '../../../src/core/http/dispatcher.js';
import { LazyDispatcher } from '../../../src/core/http/lazy-dispatcher.js';
import type { Sender, SentRequest } from '../../../src/core/http/sender.js';
import { SingleRequests } from '../../../src/core/http/single-requests.js';
import { loadTrust, type Trust } from '../../../src/core/http/trust.js';
import { networkFailure } from '../../../src/core/kit/network-errors.js';
import { makeAuthority, type Authority } from '../../support/servers/certificates.js';
import { end, http2OnlyServer, tlsServer, type Handler, type TestServer } from '../../support/servers/tls-servers.js';
import { temporaryDirectory } from '../../support/storage-tree.js';

let authority: Authority;
/** Has the authority among the system's, not among the named ones. */
let trust: Trust;
beforeAll(async () => {
  authority = await makeAuthority();
  const file = join(temporaryDirectory(), 'ca.pem');
  await writeFile(file, authority.cert);
  trust = await loadTrust({ clusterCa: (await makeAuthority()).cert, env: { SSL_CERT_FILE: file } });
});

const NEVER: Sender = {
  request: () => Promise.reject(new Error('the other sender was used')),
};

/** Returns a request for the path `/`. */
function get(server: TestServer, options: Partial<SentRequest> = {}): SentRequest {
  return {
    origin: `https://localhost:${server.port}`,
    path: '/',
    method: 'GET',
    headers: {},
    signal: new AbortController().signal,
    headersTimeout: 0,
    bodyTimeout: 0,
    ...options,
  };
}

async function withServer(handler: Handler, use: (server: TestServer) => Promise<void>): Promise<void> {
  const server = await tlsServer(await authority.issue({ hosts: ['localhost'] }), handler);
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

describe.each<[string, (server: TestServer, trust?: Trust) => Sender]>([
  [
    'undici',
    ({ port }, trusted) => {
      const origin = `https://localhost:${port}`;
      return dispatcherFor({ origin, verify: true, trust: trusted, connections: 1, timeoutMs: 0 });
    },
  ],
  ['single requests', (_server, trusted) => new SingleRequests({ verify: true, trust: trusted, otherwise: NEVER })],
])('%s', (_name, senderFor) => {
  test("tries only one connection without the system's authorities if the server needs them", async () => {
    const handler: Handler = (_request, response) => end(response, 200, 'here', { connection: 'close' });
    await withServer(handler, async (server) => {
      const sender = senderFor(server, trust);
      for (let request = 0; request < 3; request++) {
        const { body } = await sender.request(get(server));
        expect((await body.toArray()).join('')).toBe('here');
      }
      expect(server.connections()).toBe(4);
    });
  });

  test('does not report a request as sent if the certificate is not trusted', async () => {
    const handler: Handler = (_request, response) => end(response, 200);
    await withServer(handler, async (server) => {
      let sent = 0;
      const onSent = (): void => void sent++;
      const sender = senderFor(server, await loadTrust({ clusterCa: (await makeAuthority()).cert, env: {} }));
      await expect(sender.request(get(server, { onSent }))).rejects.toThrow();
      expect({ sent, seen: server.seen }).toEqual({ sent: 0, seen: [] });
      const trusting = senderFor(server, trust);
      await trusting.request(get(server, { onSent }));
      expect({ sent, seen: server.seen.length }).toEqual({ sent: 1, seen: 1 });
    });
  });

  test('ends a request and its connection with the reason of the signal', async () => {
    const reason = new Error('canceled');
    const abort = new AbortController();
    let closed: Promise<unknown> | undefined;
    const handler: Handler = ({ socket }) => {
      closed = once(socket, 'close');
      abort.abort(reason);
    };
    await withServer(handler, async (server) => {
      await expect(senderFor(server, trust).request(get(server, { signal: abort.signal }))).rejects.toBe(reason);
      await closed;
    });
  });

  test.each([
    ['switches to another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    ['sends nothing', ''],
  ])('fails if the server %s and closes the connection', async (_what, answer) => {
    const handler: Handler = ({ socket }) => socket.end(answer);
    await withServer(handler, async (server) => {
      const failed: unknown = await senderFor(server, trust)
        .request(get(server))
        .catch((error: unknown) => error);
      expect(networkFailure(failed)).toBe('closed');
    });
  });

  test('ends a response and its connection', async () => {
    const abort = new AbortController();
    let closed: Promise<unknown> | undefined;
    const handler: Handler = ({ socket }, response) => {
      closed = once(socket, 'close');
      response.writeHead(200, { 'content-length': 100 }).write('the first part');
    };
    await withServer(handler, async (server) => {
      const { body } = await senderFor(server, trust).request(get(server, { signal: abort.signal }));
      const reading = body.toArray();
      abort.abort(new Error('canceled'));
      await expect(reading).rejects.toThrow();
      await closed;
    });
  });
});

test('a server that speaks only HTTP/2 gets the request from the other sender', async () => {
  const server = await http2OnlyServer(await authority.issue({ hosts: ['localhost'] }));
  const { origin } = get(server);
  const otherwise = new LazyDispatcher({ origin, verify: true, trust, connections: 1, timeoutMs: 0 });
  const sender = new SingleRequests({ verify: true, trust, otherwise });
  const { statusCode, body } = await sender.request(get(server));
  await body.toArray();
  expect(statusCode).toBe(200);
  await otherwise.destroy();
  await server.close();
});

test('undici is destroyed even if that is requested while it is loaded', async () => {
  await withServer(
    (_request, response) => end(response, 200),
    async (server) => {
      const { origin } = get(server);
      const sender = new LazyDispatcher({ origin, verify: true, trust, connections: 1, timeoutMs: 0 });
      const request = sender.request(get(server));
      const failed = expect(request).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
      await sender.destroy();
      await failed;
      await expect(sender.request(get(server))).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
      expect(server.seen).toEqual([]);
    },
  );
});
