import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request to an object store. */
export interface StorageRequest {
  method: string;
  /** Decoded, without the query. */
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/**
 * What happens instead of the server's response: another response, a connection that ends before one, or the server's
 * response cut off after a number of bytes. `isExecuted`: the server still executes the request.
 */
export type StorageFault =
  | { status: number; body?: string; headers?: Record<string, string>; isExecuted?: boolean }
  | { reset: true; isExecuted?: boolean }
  | { cutAfter: number };

/** A reverse proxy for an object store, which counts, delays and breaks requests. */
export interface StorageProxy {
  port: number;
  url: string;
  /** All requests since the start or `reset()`. */
  requests: StorageRequest[];
  /** Time added to every request, in ms. */
  delayMs: number;
  /** Decides on every request; undefined passes it on. It can also wait, or change what the server holds. */
  fault: (request: StorageRequest) => StorageFault | undefined | Promise<StorageFault | undefined>;
  /** Number of requests by `kindOf`. */
  counts(): Record<string, number>;
  /** Forgets the requests and the fault. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * Names the kind of a request: `LIST`, `ListMultipartUploads`, `ListParts`, `DeleteObjects`, `bulk-delete`, `batch`, or
 * its method.
 */
export function kindOf({ method, query }: StorageRequest): string {
  const has = (...names: string[]): boolean => names.some((name) => query.has(name));
  if (method === 'GET' && has('uploads')) return 'ListMultipartUploads';
  if (method === 'GET' && has('uploadId')) return 'ListParts';
  if (method === 'GET' && (has('list-type', 'prefix', 'format') || query.get('comp') === 'list')) return 'LIST';
  if (method === 'POST' && has('delete')) return 'DeleteObjects';
  if (method === 'POST' && has('bulk-delete')) return 'bulk-delete';
  if (method === 'POST' && query.get('comp') === 'batch') return 'batch';
  return method;
}

/** Starts a proxy on a free loopback port. The Host header stays, because signatures cover it. */
export async function startStorageProxy(target: { port: number }): Promise<StorageProxy> {
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((incoming, outgoing) => {
    void serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await received(incoming);
    proxy.requests.push(request);
    if (proxy.delayMs > 0) await sleep(proxy.delayMs);
    const fault = await proxy.fault(request);
    const passes = fault === undefined || 'cutAfter' in fault || fault.isExecuted;
    const answer = passes ? await passOn(incoming, request.body, { port: target.port, agent }) : undefined;
    respond(outgoing, fault, answer);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: StorageProxy = {
    port,
    url: `http://127.0.0.1:${port}`,
    requests: [],
    delayMs: 0,
    fault: () => undefined,
    counts() {
      const counts: Record<string, number> = {};
      for (const kind of proxy.requests.map(kindOf)) counts[kind] = (counts[kind] ?? 0) + 1;
      return counts;
    },
    reset() {
      proxy.requests = [];
      proxy.delayMs = 0;
      proxy.fault = () => undefined;
    },
    close() {
      agent.destroy();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
  return proxy;
}

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

async function received(incoming: IncomingMessage): Promise<StorageRequest> {
  const { method = '', url = '', headers } = incoming;
  const { pathname, searchParams } = new URL(url, 'http://store');
  return { method, path: decodeURIComponent(pathname), query: searchParams, headers, body: await bodyOf(incoming) };
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function passOn(incoming: IncomingMessage, body: Buffer, to: { port: number; agent: http.Agent }): Promise<Answer> {
  const { 'transfer-encoding': chunked, ...headers } = incoming.headers;
  if (chunked !== undefined) headers['content-length'] = String(body.length);
  return new Promise((resolve, reject) => {
    const options = { ...to, host: '127.0.0.1', method: incoming.method, path: incoming.url };
    const request = http.request({ ...options, headers }, (response) => {
      bodyOf(response).then(
        (content) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: content }),
        reject,
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

function respond(outgoing: ServerResponse, fault: StorageFault | undefined, answer: Answer | undefined): void {
  if (fault && 'reset' in fault) return void outgoing.destroy();
  if (fault && 'status' in fault) return void outgoing.writeHead(fault.status, fault.headers).end(fault.body);
  const { status, headers, body } = answer!;
  outgoing.writeHead(status, headers);
  if (!fault) return void outgoing.end(body);
  outgoing.write(body.subarray(0, fault.cutAfter), () => outgoing.destroy());
}
