import type { ServerHttp2Session } from 'node:http2';
import { jest } from '@jest/globals';
import { MANIFEST_LIMIT_BYTES } from '../../../src/core/kit/limits.js';
import { hideSecret } from '../../../src/core/kit/secrets/known.js';
import { HttpRegistry, type ClientOptions } from '../../../src/core/registry/client.js';
import { isNotSent, isRegistryFailure, isUnavailable, RegistryError } from '../../../src/core/registry/error.js';
import type { Tag } from '../../../src/core/registry/paths.js';
import { Transport } from '../../../src/core/registry/transport.js';
import { asDigest, asRepository } from '../../support/names.js';
import { makeAuthority, type ServerIdentity } from '../../support/servers/certificates.js';
import {
  end,
  endJson,
  plainServer,
  tlsServer,
  type Handler,
  type TestServer,
} from '../../support/servers/tls-servers.js';

const DIGEST = asDigest(`sha256:${'ab'.repeat(32)}`);
const REPOSITORY = asRepository('ns/app');
const LATEST = 'latest' as Tag;
const TOKEN = 'sha256~a-secret-token';
const NO_WAITS = { sleep: async () => undefined };

let identity: ServerIdentity;
const toClose: { close(): Promise<unknown> }[] = [];
beforeAll(async () => {
  identity = await (await makeAuthority()).issue();
});
afterEach(async () => {
  for (const one of toClose.splice(0).reverse()) await one.close();
});

/** A registry over plain HTTP, as it is after the probe. */
async function registryWith(
  handler: Handler,
  options: Partial<ClientOptions> & {
    timeoutMs?: number;
    workers?: number;
    log?: (level: number, line: string) => void;
  } = {},
) {
  const server = await plainServer(handler);
  return { server, registry: clientFor(server, `http://127.0.0.1:${server.port}`, options) };
}

function clientFor(
  server: TestServer,
  origin: string,
  options: Partial<ClientOptions> & {
    timeoutMs?: number;
    workers?: number;
    log?: (level: number, line: string) => void;
  } = {},
) {
  const transport = new Transport({
    origin,
    verify: false,
    workers: options.workers ?? 5,
    timeoutMs: options.timeoutMs ?? 5000,
    log: options.log,
  });
  const registry = new HttpRegistry({ token: TOKEN, retry: NO_WAITS, ...options, verified: false, transport });
  toClose.push(server, registry);
  return registry;
}

const caught = (promise: Promise<unknown>): Promise<RegistryError> =>
  promise.then(
    (value) => {
      throw new Error(`resolved with ${String(value)}`);
    },
    (error: RegistryError) => error,
  );

describe('endpoints', () => {
  test('each deletion has its own path, and carries the token as basic authentication', async () => {
    const { server, registry } = await registryWith((request, response) =>
      end(response, request.url!.startsWith('/admin') ? 204 : 202),
    );
    expect(await registry.deleteLayerLink(REPOSITORY, DIGEST)).toBe('deleted');
    expect(await registry.deleteManifestLink(REPOSITORY, DIGEST)).toBe('deleted');
    expect(await registry.deleteBlob(DIGEST)).toBe('deleted');
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `DELETE /v2/ns/app/blobs/${DIGEST}`,
      `DELETE /v2/ns/app/manifests/${DIGEST}`,
      `DELETE /admin/blobs/${DIGEST}`,
    ]);
    const [, password] = Buffer.from(server.seen[0]!.authorization!.slice('Basic '.length), 'base64')
      .toString()
      .split(/:(.*)/s);
    expect(password).toBe(TOKEN);
  });

  test('every request reads the current token', async () => {
    let n = 0;
    const { server, registry } = await registryWith((_request, response) => end(response, 202), {
      token: async () => `token-${++n}`,
    });
    await registry.deleteLayerLink(REPOSITORY, DIGEST);
    await registry.deleteLayerLink(REPOSITORY, DIGEST);
    expect(server.seen[0]!.authorization).not.toBe(server.seen[1]!.authorization);
  });

  test('a rejected token is replaced, and the request is repeated', async () => {
    let current = 'old';
    const renewed: string[] = [];
    const isOld = (authorization?: string): boolean =>
      Buffer.from(authorization!.slice('Basic '.length), 'base64').toString().endsWith(':old');
    const { server, registry } = await registryWith(
      ({ headers }, response) => end(response, isOld(headers.authorization) ? 401 : 204),
      {
        token: async (rejected) => {
          if (rejected) renewed.push(rejected);
          if (rejected === current) current = 'new';
          return current;
        },
      },
    );
    const deletions = await Promise.all([registry.deleteBlob(DIGEST), registry.deleteBlob(DIGEST)]);
    expect([deletions, renewed]).toEqual([['deleted', 'deleted'], ['old']]);
    expect(server.seen.length).toBeLessThanOrEqual(4);
  });

  describe('a deletion is checked again', () => {
    let checked: number;
    const beforeRetry = async (): Promise<void> => void checked++;
    beforeEach(() => (checked = 0));

    test('if it waited for its token, before it is sent', async () => {
      const { server, registry } = await registryWith((_request, response) => end(response, 204), {
        token: () => new Promise((resolve) => setTimeout(() => resolve(TOKEN), 50)),
      });
      await registry.deleteBlob(DIGEST, { beforeRetry });
      expect(checked).toBeGreaterThan(0);
      const refuse = (): Promise<never> => Promise.reject(new Error('now in use'));
      await expect(registry.deleteBlob(DIGEST, { beforeRetry: refuse })).rejects.toThrow('now in use');
      expect(server.seen).toHaveLength(1);
    });

    test('before it is repeated with another token', async () => {
      const { server, registry } = await registryWith((_request, response) => end(response, 401), {
        token: async (rejected) => (rejected ? 'new' : server.seen.length > 0 ? 'new' : 'old'),
      });
      await caught(registry.deleteBlob(DIGEST, { beforeRetry }));
      expect([server.seen.length, checked]).toEqual([2, 1]);
    });
  });

  test('a user without the permission does not renew the token for each deletion', async () => {
    const renewed: string[] = [];
    const { server, registry } = await registryWith((_request, response) => end(response, 401), {
      token: async (rejected) => {
        if (rejected) renewed.push(rejected);
        return TOKEN;
      },
    });
    for (const one of [1, 2, 3]) {
      await caught(registry.deleteBlob(DIGEST));
      expect(server.seen).toHaveLength(one);
    }
    expect(renewed).toEqual([TOKEN]);
  });

  test('a manifest is read; it is undefined when it does not exist', async () => {
    const index = { mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [{ digest: DIGEST }] };
    const { registry } = await registryWith(({ url, headers }, response) =>
      url!.endsWith('/latest') && headers.accept?.includes('vnd.oci.image.index')
        ? end(response, 200, JSON.stringify(index), { 'content-type': index.mediaType })
        : endJson(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown'),
    );
    expect(await registry.getManifest(REPOSITORY, LATEST)).toEqual(index);
    expect(await registry.getManifest(REPOSITORY, DIGEST)).toBeUndefined();
  });

  test.each([
    ['an HTML page', '<html>hello</html>', /answered with an HTML page/],
    ['half a manifest', '{"layers":', /manifest that cannot be read/],
  ])('%s instead of a manifest is an error', async (_name, text, words) => {
    const { registry } = await registryWith((_request, response) => end(response, 200, text));
    expect((await caught(registry.getManifest(REPOSITORY, LATEST))).message).toMatch(words);
  });

  test('a manifest with another digest than the requested one is a failure of this manifest', async () => {
    const manifest = { layers: [] };
    let stated = DIGEST.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const { registry } = await registryWith((_request, response) =>
      end(response, 200, JSON.stringify(manifest), { 'docker-content-digest': stated }),
    );
    const error = await caught(registry.getManifest(REPOSITORY, DIGEST));
    expect(error.message).toMatch(/answered with another manifest \(Docker-Content-Digest "sha256:/);
    expect([isUnavailable(error), isRegistryFailure(error)]).toEqual([false, false]);
    expect(await registry.getManifest(REPOSITORY, LATEST)).toEqual(manifest);
    stated = DIGEST;
    expect(await registry.getManifest(REPOSITORY, DIGEST)).toEqual(manifest);
  });

  test('a manifest that is too large is a failure of this manifest, not of the registry', async () => {
    const text = `{"a":"${' '.repeat(MANIFEST_LIMIT_BYTES)}"}`;
    const { registry } = await registryWith((_request, response) => end(response, 200, text));
    const error = await caught(registry.getManifest(REPOSITORY, LATEST));
    expect(error.message).toMatch(/answers with more than 4096 KiB/);
    expect([isUnavailable(error), isRegistryFailure(error)]).toEqual([false, false]);
  });
});

describe('unexpected responses, explained for administrators', () => {
  const gone: [string, (registry: HttpRegistry) => Promise<unknown>][] = [
    ['BLOB_UNKNOWN', (registry) => registry.deleteLayerLink(REPOSITORY, DIGEST)],
    ['MANIFEST_UNKNOWN', (registry) => registry.deleteManifestLink(REPOSITORY, DIGEST)],
    ['NAME_UNKNOWN', (registry) => registry.deleteManifestLink(REPOSITORY, DIGEST)],
  ];
  test.each(gone)('404 %s: it did not exist', async (code, remove) => {
    const { registry } = await registryWith((_request, response) => endJson(response, 404, code, 'unknown'));
    expect(await remove(registry)).toBe('gone');
  });

  const layer = (registry: HttpRegistry): Promise<unknown> => registry.deleteLayerLink(REPOSITORY, DIGEST);
  const manifest = (registry: HttpRegistry): Promise<unknown> => registry.deleteManifestLink(REPOSITORY, DIGEST);
  const blob = (registry: HttpRegistry): Promise<unknown> => registry.deleteBlob(DIGEST);
  const text: Handler = (_request, response) =>
    end(response, 404, '404 page not found\n', { 'content-type': 'text/plain' });
  const denied: Handler = (_request, response) =>
    endJson(response, 401, 'UNAUTHORIZED', 'authentication required', {
      'www-authenticate': 'Basic realm=openshift,error="access denied"',
    });
  const asks =
    (challenge: string): Handler =>
    (_request, response) =>
      endJson(response, 401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge });
  const readOnly: Handler = (_request, response) => end(response, 405, 'Method not allowed\n', { allow: 'GET, HEAD' });
  const unsupported: Handler = (_request, response) =>
    endJson(response, 405, 'UNSUPPORTED', 'The operation is unsupported.');
  test.each([
    [
      '401',
      denied,
      layer,
      'REGISTRY_UNAUTHORIZED',
      /token is not valid, or the user lacks system:image-pruner/,
      /system:image-pruner/,
    ],
    ['401 without a token', denied, blob, 'REGISTRY_UNAUTHORIZED', /no token to log in with/, /oc login/],
    ['read-only mode', readOnly, layer, 'REGISTRY_READ_ONLY', /read-only mode/, /regadm registry readonly off/],
    [
      'deletion disabled',
      unsupported,
      layer,
      'REGISTRY_DELETE_DISABLED',
      /deletion is disabled/,
      /REGISTRY_STORAGE_DELETE_ENABLED/,
    ],
    [
      'still listed',
      unsupported,
      manifest,
      'REGISTRY_UNSUPPORTED',
      /image stream still lists the image/,
      /prune again/,
    ],
    ['404 for one blob', text, blob, 'REGISTRY_ERROR', /unexpected status 404: 404 page not found/, /^/],
    [
      'a challenge of another registry',
      asks('Bearer realm="https://auth.docker.io/token",service="registry.docker.io"'),
      layer,
      'NOT_OPENSHIFT_REGISTRY',
      /401 Unauthorized: the server asks for a Bearer token of registry\.docker\.io, so this is not/,
      /^pass --registry-url/,
    ],
    [
      'a challenge of an OpenShift registry that names a service',
      asks('Bearer realm="https://registry.example.org/openshift/token",service="registry.example.org"'),
      layer,
      'REGISTRY_UNAUTHORIZED',
      /401/,
      /^(?![\s\S]*asks for a token of)/,
    ],
    ['404 in other words', text, layer, 'REGISTRY_ERROR', /unexpected status 404: 404 page not found/, /^/],
  ])('%s', async (name, handler, remove, code, words, remedy) => {
    const token = name.endsWith('without a token') ? undefined : TOKEN;
    const { server, registry } = await registryWith(handler, { token });
    const error = await caught(remove(registry));
    expect(error).toBeInstanceOf(RegistryError);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^error communicating with registry: DELETE http:\/\/127/);
    expect(error.message).toMatch(words);
    expect(error.suggestions.join('\n')).toMatch(remedy);
    expect(server.seen).toHaveLength(1);
  });

  const OPENSHIFT = 'Bearer realm="https://registry.example.org/openshift/token"';
  const QUAY = 'Bearer realm="https://quay.io/v2/auth",service="quay.io"';
  const code = (value: string): string => JSON.stringify({ errors: [{ code: value }] });
  test.each<[string, number, string, string, string]>([
    ['UNAUTHORIZED', 401, code('UNAUTHORIZED'), '', 'REGISTRY_UNAUTHORIZED'],
    ['UNAUTHORIZED for an OpenShift token', 401, code('UNAUTHORIZED'), OPENSHIFT, 'REGISTRY_UNAUTHORIZED'],
    ['DENIED', 403, code('DENIED'), '', 'REGISTRY_UNAUTHORIZED'],
    [
      'only the challenge of an OpenShift registry',
      401,
      '',
      'Basic realm=openshift,error="x"',
      'REGISTRY_UNAUTHORIZED',
    ],
    ['only its Bearer challenge', 401, '', OPENSHIFT, 'REGISTRY_UNAUTHORIZED'],
    ['no body and no challenge, 401', 401, '', '', 'REGISTRY_ERROR'],
    ['no body and no challenge, 403', 403, '', '', 'REGISTRY_ERROR'],
    ['the challenge of another server', 401, '', 'Basic realm="proxy"', 'REGISTRY_ERROR'],
    ['a web page, 401', 401, '<html>blocked</html>', '', 'REGISTRY_ERROR'],
    ['a web page with a challenge', 401, '<html>blocked</html>', OPENSHIFT, 'REGISTRY_ERROR'],
    ['a web page, 403', 403, '<html>blocked</html>', '', 'REGISTRY_ERROR'],
    ['another code', 403, code('UNKNOWN'), '', 'REGISTRY_ERROR'],
    ['a registry of another kind', 401, code('UNAUTHORIZED'), QUAY, 'NOT_OPENSHIFT_REGISTRY'],
    ['a Bearer challenge that names nobody', 401, code('UNAUTHORIZED'), 'Bearer error="no"', 'REGISTRY_ERROR'],
    ['a challenge without quotes', 401, code('UNAUTHORIZED'), 'bearer realm=quay.io', 'NOT_OPENSHIFT_REGISTRY'],
  ])('a manifest is refused with %s', async (_, status, body, challenge, expected) => {
    const headers = challenge ? { 'www-authenticate': challenge } : {};
    const { registry } = await registryWith((_request, response) => end(response, status, body, headers), {
      token: TOKEN,
    });
    const error = await caught(registry.getManifest(REPOSITORY, DIGEST));
    expect([error.code, isUnavailable(error)]).toEqual([expected, false]);
    expect(error.suggestions).not.toEqual([]);
  });

  test('an endless body is truncated to one line', async () => {
    const { registry } = await registryWith((_request, response) => {
      response.writeHead(418, { 'content-type': 'text/plain' });
      const more = (): void => void (response.writable && response.write('\u001b[31m\n' + 'x'.repeat(65_536), more));
      more();
    });
    const { message } = await caught(registry.deleteBlob(DIGEST));
    expect(message.length).toBeLessThan(500);
    expect(message).toMatch(/418: \u001b\[31m x+…$/);
  });
});

describe('the login at a server that is not the registry', () => {
  const page = '<!doctype html><title>Log in</title>';
  test.each<[string, number, string, Record<string, string>, RegExp]>([
    ['405', 405, '', { allow: 'POST' }, /unexpected status 405: .* so this is not a registry/],
    ['404', 404, '404 page not found', {}, /unexpected status 404: 404 page not found; .* so this is not a registry/],
    ['a web page', 200, page, { 'content-type': 'text/html' }, /answered with an HTML page: this is not a registry/],
    [
      'a Bearer challenge',
      401,
      '',
      { 'www-authenticate': 'Bearer realm="https://quay.io/a"' },
      /Bearer token of .*quay/,
    ],
    ['a Basic challenge', 401, '', { 'www-authenticate': 'Basic realm="Artifactory"' }, /password for "Artifactory"/],
  ])('that answers %s: the error begins with it', async (_what, status, text, headers, message) => {
    const { registry } = await registryWith((_request, response) => end(response, status, text, headers));
    const error = await caught(registry.checkLogin());
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/deletion|the token/);
    expect(error.suggestions[0]).toBe('pass --registry-url with the address of the integrated registry');
  });

  test('that redirects to its login page: the error begins with it', async () => {
    const { registry } = await registryWith(({ url }, response) =>
      url === '/login' ? end(response, 200, page) : end(response, 301, '', { location: '/login' }),
    );
    expect((await caught(registry.checkLogin())).message).toMatch(/answered with an HTML page/);
  });
});

describe('a token that the server repeats', () => {
  beforeAll(() => hideSecret(TOKEN));

  test('does not appear in an error', async () => {
    const { registry } = await registryWith(({ headers }, response) =>
      end(response, 418, `${headers.authorization} ${TOKEN} ${headers.authorization!.slice('Basic '.length)}`),
    );
    const { message } = await caught(registry.deleteBlob(DIGEST));
    expect(message).toMatch(/418: Basic \(hidden\) \(hidden\) \(hidden\)$/);
  });

  test('does not appear in a text that is shortened in the middle of it', async () => {
    const { registry } = await registryWith(({ headers }, response) =>
      end(response, 418, `${'x'.repeat(170)} ${headers.authorization!.slice('Basic '.length)}`),
    );
    const { message } = await caught(registry.deleteBlob(DIGEST));
    expect(message).toMatch(/x \(hidden\)$/);
  });

  test('stays in a manifest', async () => {
    const manifest = { mediaType: `application/${TOKEN}` };
    const { registry } = await registryWith((_request, response) => end(response, 200, JSON.stringify(manifest)));
    expect(await registry.getManifest(REPOSITORY, LATEST)).toEqual(manifest);
  });
});

describe('the probe of blob deletion', () => {
  const quay = 'Bearer realm="https://quay.example.org/v2/auth",service="quay.example.org"';
  const other: Handler = ({ url }, response) =>
    url === '/v2/'
      ? endJson(response, 401, 'UNAUTHORIZED', 'no', { 'www-authenticate': quay })
      : end(response, 404, '404 page not found\n');

  test('passes if the registry deletes the blob, or says itself that it does not exist', async () => {
    const { registry } = await registryWith((_request, response) => end(response, 204));
    await registry.probeBlobDeletion(DIGEST);
    const gone = await registryWith((_request, response) => endJson(response, 404, 'BLOB_UNKNOWN', 'unknown'));
    await gone.registry.probeBlobDeletion(DIGEST);
  });

  test('recognizes a server that is not an OpenShift registry, and asks without the token what it is', async () => {
    const { server, registry } = await registryWith(other);
    const error = await caught(registry.probeBlobDeletion(DIGEST));
    expect(error).toMatchObject({ code: 'NOT_OPENSHIFT_REGISTRY', status: 404 });
    expect(error.message).toMatch(/not an OpenShift registry; it asks for a Bearer token of quay\.example\.org$/);
    expect(error.suggestions.join()).toContain('--registry-url');
    expect(server.seen.map(({ url, authorization }) => [url, Boolean(authorization)])).toEqual([
      [`/admin/blobs/${DIGEST}`, true],
      ['/v2/', false],
    ]);
  });

  test('does not report it for a server whose challenge is that of an OpenShift registry', async () => {
    const openshift = 'Bearer realm="https://registry.example.org/openshift/token",service="registry.example.org"';
    const { registry } = await registryWith(({ url }, response) =>
      url === '/v2/'
        ? endJson(response, 401, 'UNAUTHORIZED', 'no', { 'www-authenticate': openshift })
        : end(response, 404, '404 page not found\n'),
    );
    const error = await caught(registry.probeBlobDeletion(DIGEST));
    expect(error).toMatchObject({ code: 'REGISTRY_UNEXPECTED', status: 404 });
    expect(error.message).toMatch(/no \/admin\/blobs here, although .* an OpenShift registry$/);
    expect(error.suggestions.join()).toMatch(/proxy or a route.*--registry-url/);
  });

  test("takes a registry's own 404 for an error of the registry", async () => {
    const { registry } = await registryWith((_request, response) => endJson(response, 404, 'UNKNOWN', 'unknown'));
    expect(await caught(registry.probeBlobDeletion(DIGEST))).toMatchObject({ code: 'REGISTRY_ERROR' });
  });
});

test.each([
  [
    'an error of the registry',
    JSON.stringify({ errors: [{ code: 'DENIED', message: 'a\u001b[31m\n\u202eb', detail: '\u009b' }] }),
    'DENIED: a\u001b[31m \u202eb: \u009b',
  ],
  ['another body', ' a\u001b[31m\r\n\u202eb\t', 'a\u001b[31m \u202eb'],
])('%s keeps control characters, which the output escapes, but not line breaks', async (_what, body, text) => {
  const { registry } = await registryWith((_request, response) => end(response, 500, body));
  expect((await caught(registry.deleteBlob(DIGEST))).message).toMatch(new RegExp(`: ${text.replaceAll('[', '\\[')}$`));
});

describe('the detail of an error, which comes from the storage', () => {
  test('is shown if only the second error has one', async () => {
    const detail = 's3aws: NoSuchBucket: The specified bucket does not exist';
    const body = JSON.stringify({
      errors: [
        { code: 'UNKNOWN', message: 'unknown error' },
        { code: 'UNKNOWN', detail },
      ],
    });
    const { registry } = await registryWith((_request, response) =>
      end(response, 500, body, { 'content-type': 'application/json' }),
    );
    const error = await caught(registry.deleteBlob(DIGEST));
    expect(error.message).toContain('NoSuchBucket');
    expect(error.suggestions.join('\n')).toContain('bucket');
  });

  test.each([
    ['s3aws: AccessDenied: Access Denied\n\tstatus code: 403, request id: x', /check its credentials/],
    ['s3aws: SlowDown: Please reduce your request rate.\n\tstatus code: 503', /run again later/],
    [{ DriverName: 'azure', Enclosed: { Code: 'ServerBusy' } }, /run again later/],
    ['unlinkat /registry/docker: read-only file system', /mount and the permissions/],
    ['something else', /check the registry's storage/],
    [{ DriverName: 'swift', Enclosed: { Text: 'x'.repeat(300), Code: 'AccessDenied' } }, /check its credentials/],
  ])('%j is shown with its remedy', async (detail, remedy) => {
    const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: 'unknown error', detail }] });
    const { registry } = await registryWith((_request, response) =>
      end(response, 500, body, { 'content-type': 'application/json' }),
    );
    const error = await caught(registry.deleteBlob(DIGEST));
    expect(error.message).toMatch(/unexpected status 500: UNKNOWN: unknown error: \S/);
    expect(error.message).not.toMatch(/[\u0000-\u001f]/);
    expect(error.message.length).toBeLessThan(500);
    expect(error.suggestions.join('\n')).toMatch(remedy);
    expect(error.suggestions.join('\n')).toContain('oc -n openshift-image-registry logs deployment/image-registry');
  });
});

describe('transient failures are retried', () => {
  const first = (times: number, handler: Handler): Handler => {
    let n = 0;
    return (request, response) => (n++ < times ? handler(request, response) : end(response, 202));
  };
  test.each([
    ['429', first(2, (_request, response) => end(response, 429))],
    ['503', first(2, (_request, response) => end(response, 503))],
    ['500', first(2, (_request, response) => end(response, 500))],
    ['a connection that is reset', first(2, (request) => void request.socket.destroy())],
    [
      'an answer that breaks off',
      first(2, (_request, response) => {
        response.writeHead(202, { 'content-length': 9 });
        response.write('x', () => response.destroy());
      }),
    ],
  ])('%s', async (_name, handler) => {
    const { server, registry } = await registryWith(handler);
    expect(await registry.deleteLayerLink(REPOSITORY, DIGEST)).toBe('deleted');
    expect(server.seen).toHaveLength(3);
  });

  test('a retry waits as long as Retry-After says', async () => {
    const waits: number[] = [];
    const handler = first(1, (_request, response) => end(response, 429, '', { 'retry-after': '9' }));
    const { registry } = await registryWith(handler, { retry: { sleep: async (ms) => void waits.push(ms) } });
    await registry.deleteLayerLink(REPOSITORY, DIGEST);
    expect(waits).toEqual([9000]);
  });

  const noWaits = { retry: { sleep: async () => {} } };

  test('500 UNKNOWN, the response for a stream that does not exist, is requested only four times', async () => {
    const handler = (_request: unknown, response: Parameters<typeof endJson>[0]): void =>
      endJson(response, 500, 'UNKNOWN', 'unknown error');
    const { server, registry } = await registryWith(handler, noWaits);
    expect(await caught(registry.deleteManifestLink(asRepository('ns/gone'), DIGEST))).toMatchObject({
      status: 500,
      registryCode: 'UNKNOWN',
    });
    expect(server.seen).toHaveLength(4);
  });

  test('a request outlasts three consecutive 500 UNKNOWN', async () => {
    const handler = first(3, (_request, response) => endJson(response, 500, 'UNKNOWN', 'unknown error'));
    const { registry } = await registryWith(handler, noWaits);
    expect(await registry.deleteLayerLink(REPOSITORY, DIGEST)).toBe('deleted');
  });

  test('a request that timed out is retried once', async () => {
    const { server, registry } = await registryWith(() => undefined, { timeoutMs: 50 });
    expect((await caught(registry.deleteLayerLink(REPOSITORY, DIGEST))).message).toMatch(/timed out/);
    expect(server.seen).toHaveLength(2);
  });

  test('an unavailable registry is not overloaded: further requests fail at once', async () => {
    const { server, registry } = await registryWith((request) => void request.socket.destroy());
    for (let n = 0; n < 50; n++)
      expect((await caught(registry.deleteLayerLink(REPOSITORY, DIGEST))).kind).toBe('closed');
    expect(server.seen.length).toBeLessThanOrEqual(3 * 8);
  });

  test.each<[string, Handler, number | undefined]>([
    ['closes connections', (request) => void request.socket.destroy(), undefined],
    ['is a router without a registry', (_request, response) => end(response, 503), 503],
  ])('reports that a request was not sent because the server %s', async (_what, handler, status) => {
    const { registry } = await registryWith(handler);
    const errors: RegistryError[] = [];
    for (let n = 0; n < 4; n++)
      errors.push(await caught(registry.deleteBlob(asDigest(`sha256:${`${n}a`.repeat(32)}`))));
    expect(errors.map(isNotSent)).toEqual([false, false, false, true]);
    expect(errors.every(isRegistryFailure)).toBe(true);
    expect(errors.every(isUnavailable)).toBe(true);
    expect(errors[3]).toMatchObject({ status, code: errors[0]!.code, suggestions: errors[0]!.suggestions });
    expect(errors[3]!.message).toMatch(/\/sha256:(3a)+: no request was sent, because the registry is unavailable: /);
  });

  test('a signal aborts a request in flight', async () => {
    const controller = new AbortController();
    const { registry } = await registryWith(() => controller.abort(new Error('stopped')));
    await expect(registry.deleteLayerLink(REPOSITORY, DIGEST, { signal: controller.signal })).rejects.toThrow(
      'stopped',
    );
  });
});

describe('an attempt that can have been executed, although no response confirms it, is reported', () => {
  const HTML = { 'content-type': 'text/html' };
  test.each<[what: string, handler: Handler, reported: boolean]>([
    ['a connection that is closed', (request) => void request.socket.destroy(), true],
    ['an error of the registry', (_request, response) => endJson(response, 500, 'UNKNOWN', 'unknown error'), true],
    ['an error of a proxy', (_request, response) => end(response, 504), true],
    ['a page that reports success', (_request, response) => end(response, 200, '<html>hello</html>', HTML), true],
    ['a refusal', (_request, response) => endJson(response, 403, 'DENIED', 'no'), false],
    ['too many requests', (_request, response) => end(response, 429), false],
    ['a deletion', (_request, response) => end(response, 204), false],
  ])('%s', async (_what, handler, reported) => {
    const { registry } = await registryWith(handler);
    const onUnconfirmed = jest.fn();
    await registry.deleteBlob(DIGEST, { onUnconfirmed }).catch(() => {});
    expect(onUnconfirmed.mock.calls.length > 0).toBe(reported);
  });

  test('not if there is no connection', async () => {
    const { server, registry } = await registryWith((_request, response) => end(response, 204));
    await server.close();
    const onUnconfirmed = jest.fn();
    expect(await caught(registry.deleteBlob(DIGEST, { onUnconfirmed }))).toMatchObject({ kind: 'refused' });
    expect(onUnconfirmed).not.toHaveBeenCalled();
  });

  test('also if a later attempt is refused, or not sent', async () => {
    let attempts = 0;
    const { registry } = await registryWith((request, response) =>
      ++attempts === 1 ? void request.socket.destroy() : endJson(response, 403, 'DENIED', 'no'),
    );
    for (const beforeRetry of [async () => {}, () => Promise.reject(new Error('now in use'))]) {
      attempts = 0;
      const onUnconfirmed = jest.fn();
      await caught(registry.deleteBlob(DIGEST, { onUnconfirmed, beforeRetry }));
      expect(onUnconfirmed).toHaveBeenCalledTimes(1);
    }
  });
});

describe('redirects', () => {
  test('are followed on the same origin, with the same method', async () => {
    const { server, registry } = await registryWith(({ url }, response) =>
      url!.startsWith('/v2/') ? end(response, 308, '', { location: `/moved${url}` }) : end(response, 202),
    );
    expect(await registry.deleteLayerLink(REPOSITORY, DIGEST)).toBe('deleted');
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `DELETE /v2/ns/app/blobs/${DIGEST}`,
      `DELETE /moved/v2/ns/app/blobs/${DIGEST}`,
    ]);
  });

  test.each([`/v2/other/app/blobs/${DIGEST}`, `/v2/ns/app/blobs/sha256:${'cd'.repeat(32)}`, '/v2/'])(
    'of a deletion to %s, another object, are not followed',
    async (location) => {
      const { server, registry } = await registryWith((_request, response) => end(response, 307, '', { location }));
      expect((await caught(registry.deleteLayerLink(REPOSITORY, DIGEST))).message).toMatch(/to another object/);
      expect(server.seen).toHaveLength(1);
    },
  );

  test('leave no query in logs and errors, because it can contain a signature', async () => {
    const lines: string[] = [];
    const { server, registry } = await registryWith(
      ({ url }, response) =>
        url!.includes('?') ? end(response, 418) : end(response, 307, '', { location: '/x?X-Amz-Signature=secret' }),
      { log: (_level, line) => lines.push(line) },
    );
    const { message } = await caught(registry.getManifest(REPOSITORY, DIGEST));
    expect(server.seen.at(-1)!.url).toBe('/x?X-Amz-Signature=secret');
    expect(lines.filter((line) => line.startsWith('GET '))).toHaveLength(2);
    expect([message, ...lines].join('\n')).not.toContain('secret');
  });

  test('to another host are not followed: the token is not sent there', async () => {
    const elsewhere = await plainServer();
    toClose.push(elsewhere);
    const { registry } = await registryWith((_request, response) =>
      end(response, 307, '', { location: `http://127.0.0.1:${elsewhere.port}/x` }),
    );
    expect((await caught(registry.deleteLayerLink(REPOSITORY, DIGEST))).message).toMatch(/redirects to another origin/);
    expect(elsewhere.seen).toEqual([]);
  });

  test.each([301, 302, 303])('%p does not turn a deletion into another request', async (status) => {
    const { server, registry } = await registryWith((_request, response) =>
      end(response, status, '', { location: '/elsewhere' }),
    );
    expect((await caught(registry.deleteLayerLink(REPOSITORY, DIGEST))).message).toMatch(
      /answers a deletion with a redirect/,
    );
    expect(server.seen).toHaveLength(1);
  });
});

describe('connections', () => {
  test('are reused: never more than workers', async () => {
    const { server, registry } = await registryWith((_request, response) => end(response, 202), { workers: 3 });
    await Promise.all(Array.from({ length: 100 }, () => registry.deleteLayerLink(REPOSITORY, DIGEST)));
    expect(server.seen).toHaveLength(100);
    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  test('use HTTP/2 if the server offers it, and outlast a server that ends its sessions', async () => {
    let n = 0;
    const server = await tlsServer(
      identity,
      (request, response) => {
        end(response, 202);
        // GOAWAY: requests in flight are answered, the next request needs a new session.
        const { session } = (request as unknown as { stream: { session: ServerHttp2Session } }).stream;
        if (++n % 7 === 0) session.close();
        else if (n % 31 === 0) session.destroy();
      },
      'h2',
    );
    const registry = clientFor(server, `https://127.0.0.1:${server.port}`);
    const results: string[] = [];
    const worker = async (): Promise<void> => {
      for (let left = 40; left > 0; left--) results.push(await registry.deleteLayerLink(REPOSITORY, DIGEST));
    };
    await Promise.all(Array.from({ length: 5 }, worker));
    expect(results).toHaveLength(200);
    expect(new Set(results)).toEqual(new Set(['deleted']));
    expect(server.seen.every(({ httpVersion }) => httpVersion === '2.0')).toBe(true);
    expect(server.connections()).toBeGreaterThan(5);
  });
});

test('requests are logged at level 6, without the token', async () => {
  const log = jest.fn<(level: number, line: string) => void>();
  const { registry } = await registryWith((_request, response) => end(response, 202), { log });
  await registry.deleteBlob(DIGEST).catch(() => undefined);
  expect(log).toHaveBeenCalledWith(
    6,
    expect.stringMatching(/^DELETE http:\/\/127\.0\.0\.1:\d+\/admin\/blobs\/sha256:(ab)+ 202 in \d+ ms$/),
  );
  const said = JSON.stringify(log.mock.calls);
  expect(said).not.toContain(TOKEN);
  expect(said).not.toContain(Buffer.from(`regadm:${TOKEN}`).toString('base64'));
});

test.each([
  ['an HTML page', '<html>ok</html>'],
  ['a JSON object', '{}'],
])('a deletion that is confirmed with %s is a failure', async (_name, body) => {
  const { registry } = await registryWith((_request, response) => end(response, 202, body));
  await expect(registry.deleteLayerLink(REPOSITORY, DIGEST)).rejects.toThrow(/202/);
});
