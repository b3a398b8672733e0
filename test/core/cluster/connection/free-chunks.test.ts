import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { openCluster } from '../../../../src/core/cluster/index.js';
import { freeChunk, freeSocketChunks } from '../../../../src/core/cluster/connection/free-chunks.js';
import { PageBuffers } from '../../../../src/core/cluster/lists/page-buffers.js';

/** A body that arrives in many chunks. */
const bodyOf = (seed: number): Buffer =>
  Buffer.from(Uint32Array.from({ length: 500_000 }, (_, at) => at * seed).buffer);

let server: http.Server;
let connections = 0;
let address: string;

beforeEach(async () => {
  connections = 0;
  server = http.createServer((request, response) => response.end(bodyOf(Number(request.url!.slice(1)))));
  server.on('connection', () => connections++).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('a chunk that has its memory for itself is freed', () => {
  const [own, shared] = [Buffer.allocUnsafeSlow(100), Buffer.alloc(200, 'x').subarray(100)];
  freeChunk(own);
  freeChunk(shared);
  freeChunk(new Uint8Array(new SharedArrayBuffer(100)));
  expect(own).toHaveLength(0);
  expect(shared.toString()).toBe('x'.repeat(100));
});

test('chunks of a socket are freed once the parser has read them', async () => {
  const request = http.get(`${address}/3`);
  const [incoming] = (await once(request, 'response')) as [http.IncomingMessage];
  const [chunks, parts]: Buffer[][] = [[], []];
  incoming.socket.on('data', (chunk: Buffer) => chunks!.push(chunk));
  freeSocketChunks(incoming);
  incoming.on('data', (part: Buffer) => parts!.push(part));
  await once(incoming, 'end');
  expect(Buffer.concat(parts!).equals(bodyOf(3))).toBe(true);
  expect(chunks!.length).toBeGreaterThan(2);
  expect(chunks!.slice(0, -1).map(({ length }) => length)).toEqual(chunks!.slice(1).map(() => 0));
  expect(chunks!.at(-1)!.length).toBeGreaterThan(0);
});

test('bodies that arrive over one connection are complete', async () => {
  const api = await openCluster({ server: address });
  const buffers = new PageBuffers();
  for (const seed of [1, 2, 3]) {
    const { body } = await api.request('GET', `/${seed}`, { buffers });
    expect(body.equals(bodyOf(seed))).toBe(true);
    buffers.release(body);
  }
  expect(connections).toBe(1);
  await api.close();
});
