import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ClusterApi } from '../../../../src/core/cluster/api.js';
import { openCluster } from '../../../../src/core/cluster/index.js';
import { readList } from '../../../../src/core/cluster/lists/list.js';
import { PageBuffers } from '../../../../src/core/cluster/lists/page-buffers.js';
import { itemsOf, positionOf } from '../../../../src/core/cluster/lists/page.js';
import { IMAGES } from '../../../../src/core/cluster/resources.js';
import type { KubeList, KubeObject } from '../../../../src/core/model/kube.js';

const MIB = 1024 * 1024;

describe('the memory for pages', () => {
  const sizes = (buffers: PageBuffers, count: number): number[] =>
    Array.from({ length: count }, () => buffers.take().length);

  test('is used again, the smallest that is large enough', () => {
    const buffers = new PageBuffers();
    const [small, large] = [buffers.take(1 * MIB), buffers.take(3 * MIB)];
    buffers.release(large.subarray(0, 10));
    buffers.release(small);
    expect(buffers.take(1 * MIB).buffer).toBe(small.buffer);
    expect(buffers.take(1 * MIB).buffer).toBe(large.buffer);
    expect(buffers.take(1 * MIB).buffer).not.toBe(large.buffer);
  });

  test('is the largest if the size is unknown', () => {
    const buffers = new PageBuffers();
    const [small, large] = [buffers.take(1 * MIB), buffers.take(3 * MIB)];
    buffers.release(large);
    buffers.release(small);
    expect(buffers.take().buffer).toBe(large.buffer);
  });

  test('is released only once, and nothing else is taken', () => {
    const buffers = new PageBuffers();
    const one = buffers.take(1 * MIB);
    buffers.release(one);
    buffers.release(one);
    buffers.release(Buffer.alloc(2 * MIB));
    expect(buffers.owns(one)).toBe(false);
    expect(sizes(buffers, 2)).toEqual([one.length, 64 * 1024]);
  });

  test('is limited', () => {
    const buffers = new PageBuffers();
    for (const buffer of Array.from({ length: 20 }, () => buffers.take(1 * MIB))) buffers.release(buffer);
    buffers.release(buffers.take(64 * MIB));
    expect(sizes(buffers, 7).filter((size) => size > MIB)).toHaveLength(3);
  });
});

describe('pages that follow each other in the same memory', () => {
  let server: Server;
  let api: ClusterApi;

  afterEach(async () => {
    await api.close();
    server.closeAllConnections();
    server.close();
  });

  const name = (page: number): string => `page-${page}-`.padEnd((page % 3) * 100_000 + 20, 'x');

  async function serve(send: (response: ServerResponse, body: Buffer) => void): Promise<void> {
    const PAGES = 6;
    server = createServer((request, response) => {
      const page = Number(new URL(request.url!, 'http://host').searchParams.get('continue') ?? 0);
      const metadata = { resourceVersion: '1', ...(page + 1 < PAGES ? { continue: String(page + 1) } : {}) };
      const items = [{ metadata: { name: name(page), uid: `uid-${page}` } }];
      response.setHeader('Content-Type', 'application/json');
      const list = { kind: 'ImageList', apiVersion: 'image.openshift.io/v1', metadata, items };
      send(response, Buffer.from(JSON.stringify(list)));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    api = await openCluster({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  }

  async function namesRead(): Promise<{ names: string[]; distinct: number }> {
    const buffers = new PageBuffers();
    const memory = new Set<ArrayBufferLike>();
    const objects: KubeObject[] = [];
    const parser = {
      buffers,
      reduce: async (_resource: string, body: Buffer) => {
        memory.add(body.buffer);
        const list = JSON.parse(body.toString()) as KubeList;
        const items = itemsOf(list);
        buffers.release(body);
        return { ...positionOf(list, items), items };
      },
    };
    await readList(api, IMAGES, { parser, take: ({ items }) => void objects.push(...items), restart: () => {} });
    return { names: objects.map(({ metadata }) => metadata.name), distinct: memory.size };
  }

  const expected = [0, 1, 2, 3, 4, 5].map(name);

  test.each<[string, (response: ServerResponse, body: Buffer) => void]>([
    ['of a stated size', (response, body) => response.setHeader('Content-Length', body.length).end(body)],
    [
      'of an unknown size, in two parts',
      (response, body) => void (response.write(body.subarray(0, 50)), response.end(body.subarray(50))),
    ],
    ['that are compressed', (response, body) => response.setHeader('Content-Encoding', 'gzip').end(gzipSync(body))],
  ])('%s', async (_name, send) => {
    await serve(send);
    const { names } = await namesRead();
    expect(names).toEqual(expected);
  });

  test('need no more memory than two pages', async () => {
    await serve((response, body) => response.setHeader('Content-Length', body.length).end(body));
    const { distinct } = await namesRead();
    expect(distinct).toBeLessThanOrEqual(3);
  });
});
