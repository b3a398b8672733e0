import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { notAwaited } from '../../../src/core/cluster/not-awaited.js';
import { followPodLog } from '../../../src/core/cluster/pod-log.js';
import { PODS } from '../../../src/core/cluster/resources.js';
import { openCluster } from '../../../src/core/cluster/index.js';
import { Traffic } from '../../../src/core/kit/traffic.js';
import { Waits } from '../../../src/core/kit/waits.js';
import { Transport } from '../../../src/core/registry/transport.js';

const success = JSON.stringify({ metadata: {}, status: 'Success' });
const arrivals = new EventEmitter();

let server: Server;
let url: string;
let lines: string[];

const log = (level: number, line: string): void => void (level === 6 && lines.push(line));

beforeEach(async () => {
  lines = [];
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function answer(listener: RequestListener): void {
  server.on('request', (request, response) => {
    listener(request, response);
    arrivals.emit('request');
  });
}

describe('of requests to the API server', () => {
  test('one that is canceled before it is sent leaves no trace', async () => {
    answer((_request, response) => response.end('{}'));
    const api = await openCluster({ server: url }, log);
    const reason = new Error('another request has failed');
    await expect(api.get('/api/v1/pods', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(api.stream('/api/v1/pods', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const connecting = new AbortController();
    const request = api.get('/api/v1/pods', { signal: connecting.signal });
    connecting.abort(reason);
    await expect(request).rejects.toBe(reason);
    await api.close();
    await expect(api.get('/api/v1/pods')).rejects.toThrow('closed');
    expect([api.traffic!.entries, lines]).toEqual([[], []]);
  });

  test.each(['its signal', 'the end of the run'])(
    'one that %s cancels in flight is logged as canceled',
    async (what) => {
      answer(() => {});
      const api = await openCluster({ server: url }, log);
      const abort = new AbortController();
      const arrived = once(arrivals, 'request');
      const request = api.get('/api/v1/pods', { signal: abort.signal }).catch(() => {});
      await arrived;
      if (what === 'its signal') abort.abort(new Error('another request has failed'));
      else await api.close();
      await request;
      await api.close();
      expect(lines).toEqual(['GET /api/v1/pods: canceled']);
      expect(api.traffic!.entries).toMatchObject([{ resource: 'pods', count: 1, bytes: 0 }]);
    },
  );

  test('a connection that fails counts as no request', async () => {
    server.close();
    const api = await openCluster({ server: url }, log);
    await expect(api.request('GET', '/api/v1/pods', { retry: false })).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
    });
    await api.close();
    expect(api.traffic!.entries).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(/^GET \/api\/v1\/pods: (?:Error: )?connect ECONNREFUSED/)]);
  });

  test('the bytes that arrived before a response was cut off are counted', async () => {
    answer((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('x'.repeat(40), () => response.destroy());
    });
    const api = await openCluster({ server: url }, log);
    await expect(api.request('GET', '/api/v1/pods', { retry: false })).rejects.toThrow();
    await api.close();
    expect(api.traffic!.entries).toMatchObject([{ count: 1, bytes: 40, transferredBytes: 40 }]);
  });

  test('a watch is counted, with its events as they arrive, and when it is refused', async () => {
    let refuses = false;
    answer((_request, response) => {
      if (refuses) response.writeHead(403).end('no');
      else response.write('event');
    });
    const api = await openCluster({ server: url }, log);
    const watch = { query: { watch: true } };
    const opened = await api.stream('/api/v1/pods', watch);
    for await (const chunk of opened.chunks) if (chunk.length > 0) break;
    refuses = true;
    await expect(api.stream('/api/v1/pods', watch)).rejects.toMatchObject({ status: 403 });
    await api.close();
    expect(api.traffic!.entries).toMatchObject([{ verb: 'watch', count: 2, bytes: 'event'.length + 'no'.length }]);
    expect(lines).toEqual(['GET /api/v1/pods 200 (stream)', 'GET /api/v1/pods 403 (stream)']);
  });

  test('a command in a container is counted, and when it is refused', async () => {
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v5.channel.k8s.io' });
    server.on('upgrade', (request, socket, head) => {
      if (request.url!.includes('command=no')) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\nnever');
      sockets.handleUpgrade(request, socket, head, (channel) => channel.send(`\x03${success}`));
    });
    const api = await openCluster({ server: url }, log);
    const output = { stdout: () => {}, stderr: () => {} };
    const target = { namespace: 'ns', pod: 'web' };
    expect(await api.exec(target, ['ls'], output)).toEqual({ exitCode: 0 });
    await expect(api.exec(target, ['no'], output)).rejects.toMatchObject({ code: 'EXEC_REFUSED' });
    await api.close();
    const bytes = 1 + success.length + 'never'.length;
    expect(api.traffic!.entries).toMatchObject([{ resource: 'pods/exec', verb: 'create', count: 2, bytes }]);
    const path = '/api/v1/namespaces/ns/pods/web/exec';
    expect(lines).toEqual([`GET ${path} 101 (exec)`, `GET ${path} 403 (exec)`]);
  });
});

describe('of requests to the registry', () => {
  const connect = (traffic: Traffic): Transport =>
    new Transport({ origin: url, verify: false, workers: 1, timeoutMs: 0, traffic, log });

  test('one that is canceled before it is sent leaves no trace, and one in flight is logged as canceled', async () => {
    answer(() => {});
    const traffic = new Traffic();
    const transport = connect(traffic);
    const abort = new AbortController();
    const reason = new Error('another request has failed');
    await expect(transport.request('GET', '/v2/', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const arrived = once(arrivals, 'request');
    const ended = Promise.allSettled([
      transport.request('GET', '/v2/', { signal: abort.signal }),
      // Waits for the only connection.
      transport.request('GET', '/healthz', { signal: abort.signal }),
    ]);
    await arrived;
    abort.abort(reason);
    await transport.close();
    await ended;
    expect(traffic.entries).toMatchObject([{ resource: '/v2/', count: 1 }]);
    expect(lines).toEqual([`GET ${url}/v2/ canceled`]);
  });

  test('one that the end of the run cancels is logged before the connection counts as closed', async () => {
    answer(() => {});
    const traffic = new Traffic();
    const transport = connect(traffic);
    const arrived = once(arrivals, 'request');
    void transport.request('GET', '/v2/').catch(() => {});
    await arrived;
    await transport.close();
    expect(traffic.entries).toMatchObject([{ resource: '/v2/', count: 1 }]);
    expect(lines).toEqual([`GET ${url}/v2/ canceled`]);
  });
});

describe('a run waits', () => {
  let now: number;
  let waits: Waits;
  /** The responses that the test still has to send, in the order of the requests. */
  let open: ServerResponse[];
  beforeEach(() => {
    [now, open] = [0, []];
    waits = new Waits(() => now);
    answer((request, response) => {
      request.resume();
      open.push(response);
    });
  });

  const arrival = (): Promise<unknown> => once(arrivals, 'request');
  /** Returns what it waits for after a time in which nothing else has happened. */
  const afterLong = (): Waits['longest'] => {
    now += 5000;
    return waits.longest;
  };
  const connect = (): Transport =>
    new Transport({ origin: url, verify: false, workers: 1, timeoutMs: 0, traffic: new Traffic(waits) });

  test('for the API server until the response is complete', async () => {
    const api = await openCluster({ server: url }, log, { waits });
    const arrived = arrival();
    const pods = api.get('/api/v1/pods');
    await arrived;
    open[0]!.write('{"kind":');
    expect(afterLong()).toEqual({ server: 'api', resource: 'pods', verb: 'list', ms: 5000 });
    open[0]!.end('"PodList","metadata":{}}');
    await pods;
    expect(afterLong()).toBeUndefined();
    await api.close();
  });

  test('for no watch, no log that it follows, no renewal beside its work, and no canceled request', async () => {
    const api = await openCluster({ server: url }, log, { waits });
    const abort = new AbortController();
    const { signal } = abort;
    const requests = [
      () => api.stream('/api/v1/pods', { query: { watch: true }, signal }),
      () => followPodLog(api, { resource: PODS, namespace: 'ns', name: 'web' }, { signal }).next(),
      () => notAwaited(api).get('/api/v1/pods', { signal }),
      () => notAwaited(api).request('PATCH', '/api/v1/pods/web', { signal }),
    ];
    const ended: Promise<unknown>[] = [];
    for (const request of requests) {
      const arrived = arrival();
      ended.push(request().catch(() => {}));
      await arrived;
      expect(afterLong()).toBeUndefined();
    }
    const arrived = arrival();
    ended.push(api.get('/api/v1/pods', { signal }).catch(() => {}));
    await arrived;
    expect(afterLong()).toMatchObject({ resource: 'pods' });
    abort.abort(new Error('interrupted'));
    await Promise.all(ended);
    expect(afterLong()).toBeUndefined();
    await api.close();
  });

  test('for the registry, but not while it reads the file that it uploads', async () => {
    const transport = connect();
    let [read, reading] = [(_part?: Buffer): void => {}, (): void => {}];
    const isReading = new Promise<void>((resolve) => (reading = resolve));
    const part = new Promise<Buffer | undefined>((resolve) => (read = resolve));
    const source = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('a');
      reading();
      yield (await part)!;
    };
    const arrived = arrival();
    const uploaded = transport.request('PUT', '/v2/ns/app/blobs/uploads/1', {
      body: { bytes: 2, open: source },
    });
    await Promise.all([arrived, isReading]);
    expect(afterLong()).toBeUndefined();
    const received = once(open[0]!.req, 'end');
    read(Buffer.from('b'));
    await received;
    expect(afterLong()).toMatchObject({ server: 'registry', resource: 'blobs' });
    open[0]!.end();
    await uploaded;
    expect(afterLong()).toBeUndefined();
    await transport.close();
  });

  test('for the registry no longer when an upload is canceled while a file is read', async () => {
    const transport = connect();
    let read = (): void => {};
    const part = new Promise<void>((resolve) => (read = resolve));
    const source = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('a');
      await part;
      yield Buffer.from('b');
    };
    const abort = new AbortController();
    const arrived = arrival();
    const uploaded = transport.request('PUT', '/v2/ns/app/blobs/uploads/1', {
      body: { bytes: 2, open: source },
      signal: abort.signal,
    });
    await arrived;
    abort.abort(new Error('interrupted'));
    await expect(uploaded).rejects.toThrow('interrupted');
    read();
    await part;
    await new Promise(setImmediate);
    expect(afterLong()).toBeUndefined();
    await transport.close();
  });
});
