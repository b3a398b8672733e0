import type { IncomingMessage } from 'node:http';
import type { AttemptLimits } from '../../../src/core/kit/limits.js';
import { HttpRegistry } from '../../../src/core/registry/client.js';
import { RegistryError } from '../../../src/core/registry/error.js';
import { Transport } from '../../../src/core/registry/transport.js';
import { asDigest, asRepository } from '../../support/names.js';
import { makeAuthority } from '../../support/servers/certificates.js';
import { digestOf } from '../../support/servers/docker-registry.js';
import {
  end,
  endJson,
  plainServer,
  tlsServer,
  type Handler,
  type TestServer,
} from '../../support/servers/tls-servers.js';

/** Limits that a slow machine reaches only if nothing is sent, in ms. */
const [IDLE_MS, HEAD_MS] = [3000, 3000];
const REPOSITORY = asRepository('ns/app');
const CONTENT = Buffer.from('the content of a layer');
const DIGEST = asDigest(digestOf(CONTENT));
const OTHER = asDigest(`sha256:${'cd'.repeat(32)}`);
const STATED = { 'docker-content-digest': DIGEST };
const BLOB = { bytes: CONTENT.length, open: () => partsOf(CONTENT) };
const UPLOAD = '/v2/ns/app/blobs/uploads/one';

async function* partsOf(content: Buffer): AsyncGenerator<Buffer> {
  yield content.subarray(0, 5);
  yield content.subarray(5);
}

const toClose: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of toClose.splice(0).reverse()) await one.close();
});

async function serve(handler: Handler): Promise<TestServer> {
  const server = await plainServer(handler);
  toClose.push(server);
  return server;
}

async function registryWith(handler: Handler, limits?: Partial<AttemptLimits>) {
  return openRegistry(await serve(handler), 'http', limits);
}

function openRegistry(server: TestServer, scheme: 'http' | 'https', limits?: Partial<AttemptLimits>) {
  const origin = `${scheme}://127.0.0.1:${server.port}`;
  const transport = new Transport({
    ...{ origin, verify: false, workers: 5, timeoutMs: 5000, env: {} },
    limits: limits && { headMs: 5000, idleMs: 5000, rateWindowMs: 60_000, minimumRate: 1, ...limits },
  });
  const retry = { sleep: async () => undefined };
  const registry = new HttpRegistry({ token: 'sha256~token', retry, verified: false, transport });
  toClose.push(registry);
  const requests = (): string[] => server.seen.map(({ method, url }) => `${method} ${url}`);
  return { server, registry, requests };
}

const caught = (promise: Promise<unknown>): Promise<RegistryError> =>
  promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: RegistryError) => error,
  );

async function read(registry: HttpRegistry): Promise<string> {
  const blob = await registry.readBlob(REPOSITORY, DIGEST);
  const parts: Buffer[] = [];
  for await (const part of blob!.content) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function received(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

describe('looking up a blob', () => {
  const find = (registry: HttpRegistry) => registry.findBlob(REPOSITORY, DIGEST);

  test('returns its size', async () => {
    const { registry, requests } = await registryWith((_request, response) =>
      response.writeHead(200, { ...STATED, 'content-length': 4711 }).end(),
    );
    expect(await find(registry)).toEqual({ bytes: 4711 });
    expect(requests()).toEqual([`HEAD /v2/ns/app/blobs/${DIGEST}`]);
  });

  test('confirms by GET that it is missing, and believes only the code of the registry', async () => {
    let body = JSON.stringify({ errors: [{ code: 'BLOB_UNKNOWN', message: 'blob unknown' }] });
    const { registry, requests } = await registryWith((_request, response) => end(response, 404, body));
    expect(await find(registry)).toBeUndefined();
    expect(requests().map((line) => line.split(' ')[0])).toEqual(['HEAD', 'GET']);
    body = '<html>not here</html>';
    expect((await caught(find(registry))).message).toMatch(/GET .*: unexpected status 404: <html>not here/);
  });

  test('believes GET if it finds what HEAD does not, and does not read it', async () => {
    let closed: Promise<unknown> | undefined;
    const { registry } = await registryWith(({ method }, response) => {
      if (method === 'HEAD') return end(response, 404);
      closed = new Promise((resolve) => response.on('close', resolve));
      response.writeHead(200, { ...STATED, 'content-length': 2 ** 40 }).write('the first bytes');
    });
    expect(await find(registry)).toEqual({ bytes: 2 ** 40 });
    await closed;
  });

  test.each<[string, Handler, RegExp]>([
    [
      'a web page',
      (_, response) => end(response, 200, '', { 'content-type': 'text/html' }),
      /answered with an HTML page/,
    ],
    [
      'another digest',
      (_, response) => end(response, 200, '', { 'docker-content-digest': OTHER }),
      /another object \(Docker-Content-Digest "sha256:cdcd.*" instead of sha256:/,
    ],
    ['no digest', (_, response) => end(response, 200), /another object \(no Docker-Content-Digest instead of/],
    [
      'no size',
      (_, response) => response.writeHead(200, { ...STATED, 'transfer-encoding': 'chunked' }).end(),
      /does not state the size \(no Content-Length\)/,
    ],
    ['500', (_, response) => end(response, 500), /unexpected status 500: no body/],
  ])('does not count as found or missing: %s', async (_name, handler, words) => {
    const { registry } = await registryWith(handler);
    expect((await caught(find(registry))).message).toMatch(words);
  });

  test('explains a missing permission to pull', async () => {
    const { registry } = await registryWith((_request, response) =>
      end(response, 401, '', { 'www-authenticate': 'Basic realm=openshift,error="access denied"' }),
    );
    const error = await caught(find(registry));
    expect(error.code).toBe('REGISTRY_UNAUTHORIZED');
    expect(error.message).toMatch(/401 Unauthorized: the user is not allowed to pull from ns\/app, or the token/);
    expect(error.suggestions[0]).toBe(
      'let the user pull: oc policy add-role-to-user registry-viewer USER -n ns (or the role system:image-puller)',
    );
  });
});

describe('reading', () => {
  test('a manifest returns its exact bytes and its media type', async () => {
    const text = '{ "mediaType":"application/x", "a" : 1 }\n';
    const { registry, requests } = await registryWith((_request, response) =>
      end(response, 200, text, { ...STATED, 'content-type': 'application/x; charset=utf-8' }),
    );
    const manifest = await registry.readManifest(REPOSITORY, DIGEST);
    expect([manifest!.content.toString(), manifest!.mediaType]).toEqual([text, 'application/x']);
    expect(requests()).toEqual([`GET /v2/ns/app/manifests/${DIGEST}`]);
  });

  test('a blob returns its parts and its size', async () => {
    const { registry } = await registryWith((_request, response) => end(response, 200, String(CONTENT), STATED));
    expect((await registry.readBlob(REPOSITORY, DIGEST))!.bytes).toBe(CONTENT.length);
    expect(await read(registry)).toBe(String(CONTENT));
  });

  test('what the registry does not have returns nothing', async () => {
    const { registry } = await registryWith((_request, response) => endJson(response, 404, 'NAME_UNKNOWN', 'no'));
    expect(await registry.readBlob(REPOSITORY, DIGEST)).toBeUndefined();
    expect(await registry.readManifest(REPOSITORY, DIGEST)).toBeUndefined();
  });

  test('a blob that ends early is an error', async () => {
    const { registry } = await registryWith((_request, response) => {
      response.writeHead(200, { ...STATED, 'content-length': 100 }).write('half');
      setImmediate(() => response.destroy());
    });
    expect((await caught(read(registry))).message).toMatch(/connection closed before the response was complete/);
  });

  test('a server that stalls in the middle ends the transfer; a slow reader does not', async () => {
    let stalls = false;
    const { registry } = await registryWith(
      (_request, response) => {
        response.writeHead(200, { ...STATED, 'content-length': CONTENT.length }).write(CONTENT.subarray(0, 5));
        if (!stalls) response.end(CONTENT.subarray(5));
      },
      { idleMs: IDLE_MS },
    );
    const { content } = (await registry.readBlob(REPOSITORY, DIGEST))!;
    const parts: Buffer[] = [];
    for await (const part of content) {
      // A minimum: a slow machine only makes it longer.
      if (parts.length === 0) await new Promise((resolve) => setTimeout(resolve, 1.5 * IDLE_MS));
      parts.push(part);
    }
    expect(Buffer.concat(parts).toString()).toBe(String(CONTENT));
    stalls = true;
    expect((await caught(read(registry))).message).toMatch(/timed out/);
  });
});

describe('a registry that redirects to its storage', () => {
  const redirecting = (target: () => string): Handler => {
    return (_request, response) => end(response, 307, '', { location: target() });
  };

  test('is followed for blobs, without the token', async () => {
    const storage = await serve((_request, response) => end(response, 200, String(CONTENT)));
    const { registry } = await registryWith(redirecting(() => `http://127.0.0.1:${storage.port}/key?signature=x`));
    expect(await registry.findBlob(REPOSITORY, DIGEST)).toEqual({ bytes: CONTENT.length });
    expect(await read(registry)).toBe(String(CONTENT));
    expect(storage.seen.map(({ method, url, authorization }) => [method, url, authorization])).toEqual([
      ['HEAD', '/key?signature=x', undefined],
      ['GET', '/key?signature=x', undefined],
    ]);
  });

  test('is not followed for manifests', async () => {
    const storage = await serve(() => undefined);
    const { registry } = await registryWith(redirecting(() => `http://127.0.0.1:${storage.port}/key`));
    expect((await caught(registry.findManifest(REPOSITORY, DIGEST))).message).toMatch(/redirects to another origin/);
    expect(storage.seen).toEqual([]);
  });

  test('states nothing about a blob by a 404 of the storage', async () => {
    const storage = await serve((_request, response) => endJson(response, 404, 'BLOB_UNKNOWN', 'no'));
    const { registry } = await registryWith(redirecting(() => `http://127.0.0.1:${storage.port}/key?secret`));
    for (const wanted of [registry.findBlob(REPOSITORY, DIGEST), registry.readBlob(REPOSITORY, DIGEST)]) {
      const error = await caught(wanted);
      expect(error.message).toMatch(/the registry redirects to its storage, http:\/\/127.*, which answers 404/);
      expect(error.message).not.toContain('secret');
    }
  });
});

describe('pushing a blob', () => {
  /** Accepts uploads; the first answers to PUT can be replaced. */
  function accepting(...first: Handler[]): { handler: Handler; stored: string[] } {
    const stored: string[] = [];
    const handler: Handler = async (request, response) => {
      if (request.method === 'POST') return end(response, 202, '', { location: `${UPLOAD}?_state=s` });
      if (request.method === 'DELETE') return end(response, 204);
      const next = first.shift();
      if (next) return next(request, response);
      const content = await received(request).catch(() => undefined);
      if (content === undefined) return;
      stored.push(content);
      end(response, 201, '', STATED);
    };
    return { handler, stored };
  }
  const PUT = `PUT ${UPLOAD}?_state=s&digest=${encodeURIComponent(DIGEST)}`;
  const POST = 'POST /v2/ns/app/blobs/uploads/';
  const CANCEL = `DELETE ${UPLOAD}?_state=s`;

  test('streams it in one request', async () => {
    const { handler, stored } = accepting();
    const { registry, requests } = await registryWith(handler);
    await registry.uploadBlob(REPOSITORY, DIGEST, BLOB);
    expect([requests(), stored]).toEqual([[POST, PUT], [String(CONTENT)]]);
  });

  test.each(['h2', 'http/1.1'] as const)('of 0 bytes is complete at once (%s)', async (protocol) => {
    const empty = asDigest(digestOf(Buffer.alloc(0)));
    const lengths: unknown[] = [];
    const handler: Handler = async (request, response) => {
      if (request.method === 'POST') return end(response, 202, '', { location: UPLOAD });
      lengths.push([request.httpVersion, request.headers['content-length'], await received(request)]);
      end(response, 201, '', { 'docker-content-digest': empty });
    };
    const server = await tlsServer(await (await makeAuthority()).issue(), handler, protocol);
    toClose.push(server);
    const { registry } = openRegistry(server, 'https');
    await registry.uploadBlob(REPOSITORY, empty, { bytes: 0, open: () => partsOf(Buffer.alloc(0)) });
    expect(lengths).toEqual([[protocol === 'h2' ? '2.0' : '1.1', '0', '']]);
  });

  test('starts again after a failure, from the start of the blob, and cancels the failed upload', async () => {
    const { handler, stored } = accepting(
      (request) => request.destroy(),
      (_request, response) => end(response, 503),
    );
    const { registry, requests } = await registryWith(handler);
    await registry.uploadBlob(REPOSITORY, DIGEST, BLOB);
    expect(requests()).toEqual([POST, PUT, CANCEL, POST, PUT, CANCEL, POST, PUT]);
    expect(stored).toEqual([String(CONTENT)]);
  });

  test('has time until the registry has stored it, and no longer than other requests to start', async () => {
    let stalls = false;
    const { handler } = accepting((request, response) => {
      request.resume();
      // A minimum: a slow machine only makes it longer.
      setTimeout(() => end(response, 201, '', STATED), 1.5 * HEAD_MS);
    });
    const { registry, requests } = await registryWith(
      (request, response) => (stalls ? undefined : handler(request, response)),
      { headMs: HEAD_MS },
    );
    await registry.uploadBlob(REPOSITORY, DIGEST, BLOB);
    expect(requests().filter((line) => line === PUT)).toHaveLength(1);
    stalls = true;
    expect((await caught(registry.uploadBlob(REPOSITORY, DIGEST, BLOB))).cause).toMatchObject({
      message: `no answer within ${HEAD_MS / 1000} s`,
    });
  });

  test('that cannot be read ends the upload with the error of its source', async () => {
    const { handler, stored } = accepting();
    let arrived: () => void;
    const isSending = new Promise<void>((resolve) => (arrived = resolve));
    const { registry, requests } = await registryWith((request, response) => {
      if (request.method === 'PUT') arrived();
      handler(request, response);
    });
    async function* open(): AsyncGenerator<Buffer> {
      yield CONTENT.subarray(0, 5);
      await isSending;
      throw new Error('input/output error');
    }
    const error = await caught(registry.uploadBlob(REPOSITORY, DIGEST, { bytes: CONTENT.length, open }));
    expect([error.message, requests().at(-1), stored]).toEqual(['input/output error', CANCEL, []]);
  });

  test.each<[string, Handler, string, RegExp, RegExp]>([
    [
      'a quota',
      (_, response) => endJson(response, 403, 'DENIED', 'requested access to the resource is denied'),
      'REGISTRY_DENIED',
      /403 Forbidden: the registry refuses the push: DENIED: requested access .*; usually a quota or a limit/,
      /oc -n ns describe resourcequotas,limitranges/,
    ],
    [
      'a missing permission',
      (_, response) => endJson(response, 401, 'UNAUTHORIZED', 'authentication required'),
      'REGISTRY_UNAUTHORIZED',
      /the user is not allowed to push to ns\/app/,
      /oc policy add-role-to-user system:image-pusher USER -n ns/,
    ],
    [
      'read-only mode',
      (_, response) => end(response, 405, 'Method not allowed\n', { allow: 'GET, HEAD' }),
      'REGISTRY_READ_ONLY',
      /405 Method not allowed: the registry is in read-only mode/,
      /regadm registry readonly off/,
    ],
    [
      'an upload to another host',
      (_, response) => end(response, 202, '', { location: `http://registry.example.org${UPLOAD}` }),
      'REGISTRY_REDIRECT',
      /asks for an upload to another host, registry\.example\.org, which is refused: the token is not sent there/,
      /./,
    ],
    [
      'an upload to another repository',
      (_, response) => end(response, 202, '', { location: '/v2/ns/other/blobs/uploads/one' }),
      'REGISTRY_REDIRECT',
      /asks for an upload to another repository/,
      /./,
    ],
    ['no location', (_, response) => end(response, 202), 'REGISTRY_UNEXPECTED', /does not state where to upload/, /./],
    [
      'a redirect',
      (_, response) => end(response, 307, '', { location: '/elsewhere' }),
      'REGISTRY_REDIRECT',
      /answers an upload with a redirect \(307\)/,
      /./,
    ],
  ])('is refused: %s', async (_name, handler, code, words, remedy) => {
    const { registry, requests } = await registryWith(handler);
    const error = await caught(registry.uploadBlob(REPOSITORY, DIGEST, BLOB));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.suggestions.join('\n')).toMatch(remedy);
    expect(requests()).toEqual([POST]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['another digest', { 'docker-content-digest': OTHER }, ''],
    ['no digest', {}, ''],
    ['a web page', STATED, '<html>'],
  ])('is not believed to be stored if the registry confirms %s', async (_name, headers, text) => {
    const { handler } = accepting((_request, response) => end(response, 201, text, headers));
    const { registry } = await registryWith(handler);
    await expect(registry.uploadBlob(REPOSITORY, DIGEST, BLOB)).rejects.toThrow(/another object|unexpected status 201/);
  });

  test('is mounted from another repository, or an upload that the registry offers instead is canceled', async () => {
    let answer: Handler = (_request, response) => end(response, 201, '', STATED);
    const { registry, requests } = await registryWith((request, response) => answer(request, response));
    const mount = () => registry.mountBlob(REPOSITORY, DIGEST, asRepository('ns/base'));
    expect(await mount()).toBe(true);
    answer = ({ method }, response) =>
      end(response, method === 'POST' ? 202 : 204, '', { location: `http://127.0.0.1${UPLOAD}` });
    // An absolute location names the host of the registry, port included.
    expect((await caught(mount())).message).toMatch(/another host, 127\.0\.0\.1/);
    answer = ({ method }, response) => end(response, method === 'POST' ? 202 : 204, '', { location: UPLOAD });
    expect(await mount()).toBe(false);
    const POST_MOUNT = `${POST}?mount=${encodeURIComponent(DIGEST)}&from=ns%2Fbase`;
    expect(requests()).toEqual([POST_MOUNT, POST_MOUNT, POST_MOUNT, `DELETE ${UPLOAD}`]);
  });
});

describe('pushing a manifest', () => {
  const MANIFEST = { content: CONTENT, mediaType: 'application/vnd.oci.image.manifest.v1+json' };

  test('sends its exact bytes, and expects its digest in the response', async () => {
    let headers: Record<string, string> = STATED;
    const bodies: unknown[] = [];
    const { registry, requests } = await registryWith(async (request, response) => {
      bodies.push([request.headers['content-type'], await received(request)]);
      end(response, 201, '', headers);
    });
    await registry.putManifest(REPOSITORY, DIGEST, MANIFEST);
    headers = {};
    await expect(registry.putManifest(REPOSITORY, DIGEST, MANIFEST)).rejects.toThrow(/no Docker-Content-Digest/);
    expect(requests()[0]).toBe(`PUT /v2/ns/app/manifests/${DIGEST}`);
    expect(bodies[0]).toEqual([MANIFEST.mediaType, String(CONTENT)]);
  });
});
