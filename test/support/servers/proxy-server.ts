import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';

/** A forward proxy on a free port of 127.0.0.1: CONNECT for tunnels, absolute URLs for plain http. */
export interface TestProxy {
  url: string;
  /** Received request lines: `CONNECT host:port` and `GET http://…`. */
  seen: string[];
  close(): Promise<void>;
}

/**
 * Starts a proxy. It answers 502 for hosts that it does not know.
 * @param places port of 127.0.0.1 by `host:port`
 * @param refuseWith status of every response instead
 */
export async function startProxy(places: Record<string, number>, refuseWith?: number): Promise<TestProxy> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const { host, pathname, search } = new URL(request.url ?? '');
    const port = places[host];
    if (refuseWith || port === undefined) return void response.writeHead(refuseWith ?? 502).end();
    const onward = http.request(
      { port, host: '127.0.0.1', method: request.method, path: pathname + search, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request: http.IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    const port = places[request.url ?? ''];
    if (refuseWith || port === undefined) return void socket.end(`HTTP/1.1 ${refuseWith ?? 502} No\r\n\r\n`);
    const onward = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
