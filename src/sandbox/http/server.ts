import { setMaxListeners } from 'node:events';
import { createServer as createHttpServer, STATUS_CODES, type IncomingMessage } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { FaultAction, Server } from '../types.js';
import type { Certificate } from './certificates.js';
import { parseRequest, readRequest } from './request.js';
import type { RawRequest, RawResponse, SandboxRequest, SandboxResponse } from './response.js';
import { tlsFront } from './tls-front.js';
import type { Traffic } from './traffic.js';
import { rewriteBody } from './rewrite-body.js';
import { abortResponse, writeBytes, writeResponse, writeStream } from './write-response.js';

/** How one of the two servers handles requests. */
export interface Handler {
  kind: Server;
  /** Names the sender for the request log; must not throw. */
  userName(request: SandboxRequest): string;
  handle(request: SandboxRequest): SandboxResponse | Promise<SandboxResponse>;
  /** Makes the response that a fault rule requests, in the format of this server. */
  statusResponse(status: number, request: SandboxRequest): SandboxResponse;
  /** Makes the 410 for the next page of a list; undefined for a server without lists. */
  expiredResponse?(request: SandboxRequest): SandboxResponse;
  /** Takes over the connection, and applies the fault. @returns the status for the request log */
  upgrade?(request: SandboxRequest, upgrade: Upgrade, fault: FaultAction | undefined): number;
}

/** A request to use the connection for another protocol. */
export interface Upgrade {
  raw: IncomingMessage;
  socket: Duplex;
  /** The first bytes after the request. */
  head: Buffer;
}

const HTML = '<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n';

/**
 * Serves HTTPS (HTTP/2 and HTTP/1.1) or plain HTTP on the loopback address. It can go offline and come back on the same
 * port.
 */
export class SandboxServer {
  private readonly sockets = new Set<Socket>();
  private readonly server: NetServer;
  /** Aborts when the sandbox stops; every open watch and delayed response listens to it. */
  private readonly stopped = new AbortController();
  port = 0;

  constructor(
    private readonly handler: Handler,
    private readonly traffic: Traffic,
    certificate: Certificate | undefined,
  ) {
    setMaxListeners(0, this.stopped.signal);
    const listener = (request: RawRequest, out: RawResponse): void => void this.serve(request, out);
    const inner = certificate
      ? createSecureServer({ ...certificate, allowHTTP1: true }, listener)
      : createHttpServer(listener as Parameters<typeof createHttpServer>[1] & object);
    // Real servers keep idle connections longer than the five seconds of Node.
    if ('keepAliveTimeout' in inner) inner.keepAliveTimeout = 120_000;
    inner.on('sessionError', () => undefined);
    inner.on('tlsClientError', () => undefined);
    inner.on('clientError', (_error: unknown, socket: Socket) => socket.destroy());
    if (handler.upgrade) inner.on('upgrade', (raw, socket, head) => this.upgrade(raw, socket, head));
    this.server = certificate ? tlsFront(inner) : inner;
    this.server.on('connection', (socket) => this.track(socket));
  }

  /** Starts to accept connections, on the previous port if there was one. */
  async listen(port = this.port): Promise<void> {
    if (this.server.listening) return;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => {
        this.server.removeListener('error', reject);
        resolve();
      });
    });
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Closes all connections and refuses new ones until `listen` is called again. */
  async goOffline(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.goOffline();
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }

  private async serve(raw: RawRequest, out: RawResponse): Promise<void> {
    out.on('error', () => undefined);
    raw.on('error', () => undefined);
    try {
      await this.process(await readRequest(raw), out);
    } catch (error) {
      // Clients that disconnect are expected; any other error is a bug in the sandbox and has to be visible.
      if (!out.destroyed && !this.stopped.signal.aborted) {
        this.reportBug(error);
        abortResponse(out);
      }
    }
  }

  private reportBug(error: unknown): void {
    process.emitWarning(`sandbox: ${(error as Error).stack}`);
  }

  private async process(request: SandboxRequest, out: RawResponse): Promise<void> {
    const { handler, traffic } = this;
    const record = traffic.begin(handler.kind, request, handler.userName(request));
    const action = await traffic.actionFor(record, request);
    await this.delay(traffic.latencyMs + (action?.do === 'slow' ? action.ms : 0));
    if (action?.do === 'hang') return traffic.log(record);
    const response = action?.do === 'reset' ? undefined : await this.respond(request, action);
    record.status = response?.status ?? 0;
    traffic.log(record);
    if (!response) return abortResponse(out);
    const date = new Date(traffic.now()).toUTCString();
    const stopped = this.stopped.signal;
    if (response.stream) writeStream(out, response, date, stopped);
    else if (action?.do === 'trickle') await writeBytes(out, response, { date, pauseMs: action.ms, stopped });
    else await writeResponse(request, out, response, { date, cut: action?.do === 'cut' });
  }

  /** @throws AbortError if the sandbox stops meanwhile */
  private async delay(ms: number): Promise<void> {
    if (ms > 0) await setTimeout(ms, undefined, { signal: this.stopped.signal });
  }

  /** Handles the request and applies the fault. @returns undefined if the response is lost */
  private async respond(
    request: SandboxRequest,
    action: FaultAction | undefined,
  ): Promise<SandboxResponse | undefined> {
    const { handler } = this;
    const refusal = this.refusalOf(action, request);
    if (refusal) return refusal;
    if (action?.do === 'expired' && handler.expiredResponse) return handler.expiredResponse(request);
    const response = await handler.handle(request);
    if (action?.do === 'rewrite') return rewriteBody(response, action.change);
    if (action?.do !== 'after') return response;
    return action.status === undefined ? undefined : handler.statusResponse(action.status, request);
  }

  /** Returns the response of a fault that replaces the handling of the request. */
  private refusalOf(action: FaultAction | undefined, request: SandboxRequest): SandboxResponse | undefined {
    if (action?.do === 'status') {
      const response = this.handler.statusResponse(action.status, request);
      if (action.retryAfter === undefined) return response;
      return { ...response, headers: { ...response.headers, 'retry-after': String(action.retryAfter) } };
    }
    if (action?.do === 'html') return { status: 200, headers: { 'content-type': 'text/html' }, body: HTML };
    if (action?.do !== 'respond') return undefined;
    const { status, contentType = 'application/json', body } = action;
    return { status, headers: { 'content-type': contentType }, body };
  }

  private upgrade(raw: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const request = parseRequest(raw, Buffer.alloc(0));
    const record = this.traffic.begin(this.handler.kind, request, this.handler.userName(request));
    const answer = (action: FaultAction | undefined): void => {
      const refusal = this.refusalOf(action, request);
      record.status = refusal?.status ?? 0;
      if (refusal) return refuseUpgrade(socket, refusal);
      if (action?.do === 'reset') return void socket.destroy();
      if (action?.do === 'hang') return;
      record.status = this.handler.upgrade!(request, { raw, socket, head }, action);
      this.traffic.log(record);
    };
    this.traffic
      .actionFor(record, request)
      .then(answer)
      .catch((error: unknown) => {
        this.reportBug(error);
        socket.destroy();
      });
  }
}

/** Answers an upgrade request with an ordinary HTTP response. */
export function refuseUpgrade(socket: Duplex, response: SandboxResponse): void {
  const body = String(response.body ?? '');
  const headers = { ...response.headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`,
  );
}
