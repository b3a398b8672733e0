import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Keystone v3 that issues tokens for one account of Swift. */
export interface FakeKeystone {
  url: string;
  /** Bodies of the requests for tokens. */
  logins: { auth: Record<string, unknown> }[];
  /** Status of the next answers, instead of a token. */
  refuseWith?: number;
  close(): Promise<void>;
}

interface Catalog {
  /** Endpoints of object-store. */
  endpoints: { interface: string; region: string; url: string }[];
  /** Makes a token. */
  issue(): Promise<{ token: string; expiresAt?: Date }>;
}

/** Starts it on a free loopback port. */
export async function startKeystone({ endpoints, issue }: Catalog): Promise<FakeKeystone> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url !== '/identity/v3/auth/tokens') return void response.writeHead(404).end();
      keystone.logins.push(JSON.parse(Buffer.concat(chunks).toString()) as FakeKeystone['logins'][number]);
      if (keystone.refuseWith) return void response.writeHead(keystone.refuseWith).end('{"error":{"code":401}}');
      void issue().then(({ token, expiresAt = new Date(Date.now() + 3_600_000) }) => {
        const catalog = [
          { type: 'identity', endpoints: [] },
          { type: 'object-store', endpoints },
        ];
        response.writeHead(201, { 'x-subject-token': token, 'content-type': 'application/json' });
        response.end(JSON.stringify({ token: { expires_at: expiresAt.toISOString(), catalog } }));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const keystone: FakeKeystone = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/identity`,
    logins: [],
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
  return keystone;
}
