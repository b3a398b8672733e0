import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { ServerIdentity } from './certificates.js';

/** A request as a test server saw it. */
export interface Seen {
  method: string;
  url: string;
  authorization?: string;
  httpVersion: string;
}

/** A server on a free port of 127.0.0.1 that remembers what it was asked. */
export interface TestServer {
  port: number;
  seen: Seen[];
  /** How many connections were made to it. */
  connections(): number;
  close(): Promise<void>;
}

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** What an OpenShift registry answers to the requests that regadm sends: every link and blob is there. */
export const openshiftRegistry: Handler = (request, response) => {
  const { method, url = '' } = request;
  if (method === 'GET' && (url === '/' || url === '/healthz'))
    return end(response, 200, '', { 'cache-control': 'no-cache' });
  if (!request.headers.authorization) return endJson(response, 401, 'UNAUTHORIZED', 'authentication required');
  if (method === 'DELETE' && url.startsWith('/admin/blobs/')) return end(response, 204);
  if (method === 'DELETE' && url.startsWith('/v2/')) return end(response, 202);
  return end(response, 404, '404 page not found\n', { 'content-type': 'text/plain' });
};

export function end(
  response: http.ServerResponse,
  status: number,
  text = '',
  headers: http.OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

/** An answer with an error of the registry's own. */
export function endJson(
  response: http.ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: http.OutgoingHttpHeaders = {},
): void {
  end(response, status, JSON.stringify({ errors: [{ code, message }] }), {
    'content-type': 'application/json',
    ...headers,
  });
}

export function plainServer(handler: Handler = openshiftRegistry): Promise<TestServer> {
  const seen: Seen[] = [];
  return listen(http.createServer(watching(seen, handler)), seen);
}

/** `h2` (with HTTP/1.1 for those who want it) or only `http/1.1`. */
export function tlsServer(
  identity: ServerIdentity,
  handler: Handler = openshiftRegistry,
  protocol: 'h2' | 'http/1.1' = 'http/1.1',
): Promise<TestServer> {
  const seen: Seen[] = [];
  const listener = watching(seen, handler);
  const server =
    protocol === 'h2'
      ? http2.createSecureServer({ ...identity, allowHTTP1: true }, listener as never)
      : https.createServer(identity, listener);
  return listen(server as unknown as net.Server, seen);
}

/** A server that does as it likes with the bytes. */
export function rawServer(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return listen(net.createServer(onConnection), []);
}

/** As Go's net/http answers HTTP on a TLS port. */
export const goTlsPort = (socket: Socket): void => {
  socket.once('data', () =>
    socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'),
  );
};

function watching(seen: Seen[], handler: Handler): Handler {
  return (request, response) => {
    const { method = '', url = '', headers, httpVersion } = request;
    seen.push({ method, url, authorization: headers.authorization, httpVersion });
    handler(request, response);
  };
}

async function listen(server: net.Server, seen: Seen[]): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A plain HTTP server that closes the connection on a TLS handshake without a word. */
export function closingHttpServer(handler: Handler = openshiftRegistry): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = http.createServer(watching(seen, handler));
  server.on('clientError', (_error, socket) => socket.destroy());
  return listen(server, seen);
}
