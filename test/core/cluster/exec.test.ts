import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ExecResult } from '../../../src/core/cluster/api.js';
import { execInPod } from '../../../src/core/cluster/exec.js';
import { openCluster } from '../../../src/core/cluster/index.js';
import { ManualTimers } from '../../support/manual-timers.js';

const TARGET = { namespace: 'ns', pod: 'web', container: 'c' };
/** Interval between two pings, and time without a message after which a connection is broken, in ms. */
const [PING_MS, SILENCE_MS] = [20_000, 60_000];
/** Time that the server has to close the connection, in ms. */
const CLOSE_MS = 2000;
const success = JSON.stringify({ metadata: {}, status: 'Success' });

let http: Server;
let url: string;
let seen: IncomingHttpHeaders | undefined;
let command: string[];
let timers: ManualTimers;

beforeEach(() => void (timers = new ManualTimers()));

/** Starts an API server that serves one channel in this way. */
async function serve(serveChannel: (channel: WebSocket) => void, options: { autoPong?: boolean } = {}): Promise<void> {
  http = createServer().listen(0, '127.0.0.1');
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'v5.channel.k8s.io', ...options });
  sockets.on('connection', (channel, request) => {
    seen = request.headers;
    command = new URL(request.url!, url).searchParams.getAll('command');
    channel.on('error', () => {});
    serveChannel(channel);
  });
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

afterEach(() => {
  http.closeAllConnections();
  http.close();
});

const send = (channel: WebSocket, number: number, text: string): void =>
  channel.send(Buffer.concat([Buffer.from([number]), Buffer.from(text)]));

async function run({ signal, onStdout = () => {} }: { signal?: AbortSignal; onStdout?: () => void } = {}): Promise<{
  result: ExecResult;
  stdout: string;
  stderr: string;
}> {
  let [stdout, stderr] = ['', ''];
  const output = {
    stdout: (chunk: Buffer) => {
      stdout += chunk.toString();
      onStdout();
    },
    stderr: (chunk: Buffer) => void (stderr += chunk.toString()),
    signal,
  };
  const connection = { agent: undefined as never, headers: {}, certificate: '' };
  const result = await execInPod(url, connection, { target: TARGET, command: ['ls', 'a b'], output }, { timers });
  return { result, stdout, stderr };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('returns what the command writes, and its exit status', async () => {
  await serve((channel) => {
    send(channel, 1, 'out');
    send(channel, 2, 'err');
    send(channel, 3, success);
  });
  expect(await run()).toEqual({ result: { exitCode: 0 }, stdout: 'out', stderr: 'err' });
  expect(command).toEqual(['ls', 'a b']);
});

test('asks as the impersonated user, with all groups', async () => {
  await serve((channel) => send(channel, 3, success));
  const api = await openCluster({ server: url, impersonateUser: 'joe', impersonateGroups: ['dev', 'ops'], token: 't' });
  await api.exec(TARGET, ['ls'], { stdout: () => {}, stderr: () => {} });
  await api.close();
  expect(seen).toMatchObject({
    authorization: 'Bearer t',
    'impersonate-user': 'joe',
    'impersonate-group': 'dev, ops',
  });
});

test('a connection that does not answer pings is broken', async () => {
  await serve((channel) => send(channel, 1, 'started'), { autoPong: false });
  // Pings are sent after a third and two thirds of the time.
  const onStdout = (): void => timers.advance(SILENCE_MS);
  expect(await run({ onStdout })).toMatchObject({ result: { silent: true }, stdout: 'started' });
});

test('a connection that is silent but answers pings is not given up', async () => {
  await serve((channel) => {
    send(channel, 1, 'started');
    let pings = 0;
    channel.on('ping', () => {
      if (++pings * PING_MS > 3 * SILENCE_MS) return send(channel, 3, success);
      // The client reads the answer to this ping in one of the next turns of the event loop.
      return void turns(5).then(() => timers.advance(PING_MS));
    });
  });
  expect((await run({ onStdout: () => timers.advance(PING_MS) })).result).toEqual({ exitCode: 0 });
});

test('a server that never opens the channel is an error', async () => {
  http = createServer().listen(0, '127.0.0.1');
  http.on('upgrade', () => timers.advance(SILENCE_MS));
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  await expect(run()).rejects.toMatchObject({
    code: 'EXEC_REFUSED',
    message: expect.stringContaining('no answer within') as string,
  });
});

/** Starts an API server that answers the upgrade with an ordinary response. */
async function refuse(status: number, body: string): Promise<void> {
  http = createServer().listen(0, '127.0.0.1');
  http.on('upgrade', (_request, socket) => {
    socket.on('error', () => {});
    socket.end(
      `HTTP/1.1 ${status} X\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

const aStatus = (message: string): string => JSON.stringify({ kind: 'Status', status: 'Failure', message });

test.each([
  [401, aStatus('Unauthorized'), 'Unauthorized', 'oc login'],
  [403, aStatus('pods "web" is forbidden: x'), 'pods "web" is forbidden: x', 'create pods/exec'],
  [
    403,
    aStatus('admission webhook "exec.example.com" denied the request: x'),
    'admission webhook "exec.example.com" denied the request: x',
    'webhook or policy',
  ],
  [404, aStatus('pods "web" not found'), 'pods "web" not found', 'oc -n ns get pod web'],
  [400, aStatus('container c is not valid for pod web'), 'container c is not valid for pod web', 'get pod web'],
  [404, 'container not found ("c")\n', 'container not found ("c")', 'get pod web'],
  [500, aStatus('error dialing backend: EOF'), 'error dialing backend: EOF', 'oc get nodes'],
  [502, '<html><h1>Bad Gateway</h1>', 'the server answered 502 Bad Gateway', 'oc get nodes'],
  [200, '', 'the server answered 200 OK', 'proxy'],
  [500, '{"message": 1}', 'the server answered 500 Internal Server Error', 'oc get nodes'],
])('a refusal (%i %s) is reported with the reason of the server', async (status, body, reason, advice) => {
  await refuse(status, body);
  await expect(run()).rejects.toMatchObject({
    code: 'EXEC_REFUSED',
    message: `cannot run a command in pod ns/web: ${reason}`,
    suggestions: [expect.stringContaining(advice)],
    notStarted: status >= 400 && status < 500,
  });
});

test('a refusal that is never complete does not keep the run waiting', async () => {
  http = createServer().listen(0, '127.0.0.1');
  http.on('upgrade', (_request, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\n', () => setImmediate(advance));
  });
  const advance = (): void => timers.advance(SILENCE_MS);
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  await expect(run()).rejects.toMatchObject({ code: 'EXEC_REFUSED' });
});

test('of a very long refusal, only a part is read and shown', async () => {
  await refuse(500, 'x '.repeat(100_000));
  const error = (await run().catch((error: unknown) => error)) as Error;
  expect(error.message).toContain('x x x');
  expect(error.message.length).toBeLessThan(1000);
});

test('a server that cannot be reached is named as the cause', async () => {
  await refuse(500, '');
  http.close();
  await once(http, 'close');
  await expect(run()).rejects.toMatchObject({
    code: 'EXEC_REFUSED',
    message: expect.stringContaining('ECONNREFUSED') as string,
    suggestions: [expect.stringContaining('check the server')],
  });
  await refuse(500, '');
});

test.each([
  ['its message', { message: 'container not found', reason: 'InternalError' }, 'container not found'],
  ['a cause', { message: '', details: { causes: [{ message: 'no runtime' }] } }, 'no runtime'],
  ['its reason', { reason: 'InternalError' }, 'InternalError'],
])('a failure on the status channel is reported with %s', async (_what, status, message) => {
  await serve((channel) => send(channel, 3, JSON.stringify({ status: 'Failure', ...status })));
  expect((await run()).result).toEqual({ message });
});

test('a server that does not close its side does not keep the run waiting', async () => {
  const abort = new AbortController();
  await serve((channel) => {
    // The server no longer reads, so neither pings nor the closing frame arrive.
    channel.pause();
    abort.abort();
    timers.advance(CLOSE_MS);
  });
  expect((await run({ signal: abort.signal })).result).toEqual({});
});

const failure = (causes: unknown): string => JSON.stringify({ status: 'Failure', details: { causes } });

test.each([
  ['text that is not JSON', 'nonsense'],
  ['null', 'null'],
  ['a failure without an exit status', JSON.stringify({ status: 'Failure', message: 'lost the container' })],
  ['a failure with exit status 0', failure([{ reason: 'ExitCode', message: '0' }])],
  ['a failure whose causes are null', failure([null])],
  ['a failure whose causes are text', failure('text')],
  ['a failure with a message that is not text', failure([{ reason: 'ExitCode', message: {} }])],
  ['an exit status that is not a number', failure([{ reason: 'ExitCode', message: '-' }])],
])('%s on the status channel does not mean that the command has ended', async (_what, text) => {
  await serve((channel) => send(channel, 3, text));
  expect((await run()).result.exitCode).toBeUndefined();
});

test('messages of unknown channels, and empty ones, are ignored', async () => {
  await serve((channel) => {
    channel.send(Buffer.alloc(0));
    channel.send('');
    channel.send(Buffer.from([255, 1]));
    send(channel, 9, 'x');
    send(channel, 3, success);
  });
  expect((await run()).result).toEqual({ exitCode: 0 });
});
