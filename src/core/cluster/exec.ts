import { WebSocket, type ClientOptions, type RawData } from 'ws';
import type { ClientRequest } from 'node:http';
import type { CountedRequest } from '../kit/traffic.js';
import { messageOf } from '../model/errors.js';
import { isRecord, listOf, textIn } from '../model/values/json.js';
import type { ExecOutput, ExecResult, ExecTarget } from './api.js';
import type { Connection } from './connection/credentials.js';
import { whenConnected } from '../kit/when-connected.js';
import { collectAnswer, notConnected, refusedWith, type UpgradeAnswer } from './exec-refusal.js';
import { OBJECT_LIMIT_BYTES } from '../kit/limits.js';
import { onAbort } from '../kit/on-abort.js';
import { SYSTEM_TIMERS, type Timers } from '../kit/timers.js';

export { ExecRefused } from './exec-refusal.js';

/** Interval between two pings, in ms. One lost ping is not enough to give up a connection. */
const PING_MS = 20_000;
/** Time without any message, pong included, after which the connection counts as broken, in ms. */
const SILENCE_MS = 60_000;
/** Time that the server has to close the connection, in ms. */
const CLOSE_MS = 2000;

/**
 * The versions in which the exit status is JSON.
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go
 */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const CHANNEL = { stdout: 1, stderr: 2, status: 3 };

interface ExecWatcher {
  /** For tests. */
  timers?: Timers;
  /** Counts the request when it is sent, and the bytes of the messages. */
  counted?: CountedRequest;
  /** Called when the server has opened the WebSocket. */
  opened?: () => void;
}

/**
 * Runs a command in a container over the API's exec WebSocket. The connection is pinged, so that one that is dead ends.
 * @returns the exit status that the server reported; without `exitCode` when the connection ended before, or when the
 *   server does not know how the command ended: it may still run then
 * @throws ExecRefused when the server does not open the WebSocket, with its reason
 */
export async function execInPod(
  server: string,
  connection: Connection,
  { target, command, output }: { target: ExecTarget; command: string[]; output: ExecOutput },
  { timers = SYSTEM_TIMERS, counted, opened }: ExecWatcher = {},
): Promise<ExecResult> {
  const socket = new WebSocket(execUrl(server, target, command), PROTOCOLS, {
    agent: connection.agent,
    headers: connection.headers,
    ...(connection.auth ? { auth: connection.auth } : {}),
    maxPayload: OBJECT_LIMIT_BYTES,
    finishRequest: (request) => {
      if (counted) whenConnected(request as unknown as ClientRequest, () => counted.sent());
      request.end();
    },
  } as ClientOptions);
  if (opened) socket.once('open', opened);
  const channel = new Channel(socket, output, timers, counted);
  const ignoreAbort = onAbort(output.signal, () => channel.close());
  try {
    await channel.ended;
  } finally {
    ignoreAbort();
  }
  if (output.signal?.aborted) return channel.result;
  if (channel.answer) throw refusedWith(channel.answer, target);
  if (channel.failure) throw notConnected(messageOf(channel.failure), target);
  return channel.result;
}

/** Returns the path of the requests that run a command in a pod. */
export function execPath({ namespace, pod }: ExecTarget): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`;
}

function execUrl(server: string, target: ExecTarget, command: string[]): URL {
  const { container } = target;
  const url = new URL(`${server.replace(/\/$/, '')}${execPath(target)}`);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  for (const stream of ['stdout', 'stderr']) url.searchParams.set(stream, 'true');
  if (container) url.searchParams.set('container', container);
  for (const word of command) url.searchParams.append('command', word);
  return url;
}

/** The messages of one command over a WebSocket. */
class Channel {
  result: ExecResult = {};
  /** What the server answered instead of opening the WebSocket. */
  answer: UpgradeAnswer | undefined;
  /** Why there is no answer. */
  failure: unknown;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  private heardAt: number;
  private cancelClosing: (() => void) | undefined;
  private opened = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly output: ExecOutput,
    private readonly timers: Timers,
    counted?: CountedRequest,
  ) {
    this.heardAt = timers.now();
    const cancelPings = timers.every(PING_MS, () => this.ping());
    socket.on('open', () => (this.opened = true));
    for (const event of ['open', 'pong', 'ping', 'message'] as const)
      socket.on(event, () => (this.heardAt = timers.now()));
    socket.on('message', (data) => {
      const message = toBuffer(data);
      counted?.took(message.length);
      this.take(message);
    });
    socket.on('error', (error) => (this.failure ??= this.opened ? undefined : error));
    socket.on('unexpected-response', (_request, response) => {
      response.on('data', (chunk: Buffer) => counted?.took(chunk.length));
      this.answer = collectAnswer(response, () => socket.terminate());
    });
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        cancelPings();
        this.cancelClosing?.();
        resolve();
      });
    });
  }

  /** Closes the connection, in order if the server takes part. */
  close(): void {
    this.socket.close();
    this.cancelClosing ??= this.timers.after(CLOSE_MS, () => this.socket.terminate());
  }

  private ping(): void {
    if (this.timers.now() - this.heardAt < SILENCE_MS) {
      if (this.socket.readyState === WebSocket.OPEN) this.socket.ping();
      return;
    }
    const message = `no answer within ${SILENCE_MS / 1000} s`;
    if (this.opened) this.result = { message, silent: true };
    else this.failure ??= new Error(message);
    this.socket.terminate();
  }

  private take(message: Buffer): void {
    const [channel] = message;
    const content = message.subarray(1);
    if (channel === CHANNEL.stdout) this.output.stdout(content);
    else if (channel === CHANNEL.stderr) this.output.stderr(content);
    else if (channel === CHANNEL.status) {
      this.result = toResult(content.toString('utf8'));
      this.close();
    }
  }
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

/** A Status as it arrives, with values of any type. */
interface Status {
  status?: unknown;
  reason?: unknown;
  message?: unknown;
  details?: unknown;
}

/** Only an exit status shows that the command has ended; the server also reports that it has lost sight of it. */
function toResult(text: string): ExecResult {
  const { status, reason, message, details } = parseStatus(text);
  if (status === 'Success') return { exitCode: 0 };
  const causes = (isRecord(details) ? listOf(details.causes) : []).filter(isRecord);
  const code = textIn(causes.find((cause) => cause.reason === 'ExitCode')?.message) ?? '';
  if (/^[1-9]\d{0,2}$/.test(code)) return { exitCode: Number(code), message: textIn(message) };
  // A failure with exit status 0 contradicts itself, so how the command ended is not known.
  if (code === '0') return { message: 'the server reports a failure with exit status 0' };
  const words = [message, ...causes.map((cause) => cause.message), reason].map(textIn);
  return { message: words.find(Boolean) };
}

function parseStatus(text: string): Status {
  try {
    return (JSON.parse(text) as Status | null) ?? {};
  } catch {
    return {};
  }
}
