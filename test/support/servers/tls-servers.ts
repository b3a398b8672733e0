import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import type { ServerIdentity } from './certificates.js';

/** A request that a test server received. */
export interface RecordedRequest {
  method: string;
  url: string;
  authorization?: string;
  httpVersion: string;
}

/** A server on a free port of 127.0.0.1 that records its requests. */
export interface TestServer {
  port: number;
  seen: RecordedRequest[];
  /** Number of connections that it accepted. */
  connections(): number;
  close(): Promise<void>;
}

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** Responds to the requests of regadm as an OpenShift registry does in which every link and blob exists. */
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

/** Sends an error in the registry's own format. */
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
  const seen: RecordedRequest[] = [];
  return listen(http.createServer(watching(seen, handler)), seen);
}

/** Starts a TLS server. @param protocol `h2` allows HTTP/1.1 too */
export function tlsServer(
  identity: ServerIdentity,
  handler: Handler = openshiftRegistry,
  protocol: 'h2' | 'http/1.1' = 'http/1.1',
): Promise<TestServer> {
  const seen: RecordedRequest[] = [];
  const listener = watching(seen, handler);
  const server =
    protocol === 'h2'
      ? http2.createSecureServer({ ...identity, allowHTTP1: true }, listener as never)
      : https.createServer(identity, listener);
  return listen(server as unknown as net.Server, seen);
}

/** Starts a TLS server that refuses connections of clients without HTTP/2, as Go does. */
export function http2OnlyServer(identity: ServerIdentity, handler: Handler = openshiftRegistry): Promise<TestServer> {
  const seen: RecordedRequest[] = [];
  const server = http2.createServer(watching(seen, handler) as never);
  const secure = tls.createServer({ ...identity, ALPNProtocols: ['h2'] }, (socket) =>
    server.emit('connection', socket),
  );
  return listen(secure, seen);
}

/** Starts a TCP server that handles connections as the test wants. */
export function rawServer(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return listen(net.createServer(onConnection), []);
}

/** Responds to plain HTTP on a TLS port as Go's net/http does. */
export const goTlsPort = (socket: Socket): void => {
  socket.once('data', () =>
    socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'),
  );
};

function watching(seen: RecordedRequest[], handler: Handler): Handler {
  return (request, response) => {
    const { method = '', url = '', headers, httpVersion } = request;
    seen.push({ method, url, authorization: headers.authorization, httpVersion });
    handler(request, response);
  };
}

async function listen(server: net.Server, seen: RecordedRequest[]): Promise<TestServer> {
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

/** Starts a plain HTTP server that closes the connection on a TLS handshake without a response. */
export function closingHttpServer(handler: Handler = openshiftRegistry): Promise<TestServer> {
  const seen: RecordedRequest[] = [];
  const server = http.createServer(watching(seen, handler));
  server.on('clientError', (_error, socket) => socket.destroy());
  return listen(server, seen);
}
