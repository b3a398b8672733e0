import { jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { openRegistry, RegistryError, type OpenRegistryOptions } from '../../../src/core/registry/index.js';
import { asDigest, asRepository } from '../../support/names.js';
import { makeAuthority, type Authority } from '../../support/servers/certificates.js';
import { startProxy, type TestProxy } from '../../support/servers/proxy-server.js';
import {
  end,
  openshiftRegistry,
  plainServer,
  rawServer,
  tlsServer,
  type TestServer,
} from '../../support/servers/tls-servers.js';

const TOKEN = 'sha256~a-secret-token';
const DIGEST = asDigest(`sha256:${'ab'.repeat(32)}`);
const PUBLIC = 'registry.example.org';

let directory: string;
let authority: Authority;
let server: TestServer;
let proxy: TestProxy;
let warnings: string[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'regadm-test-'));
  authority = await makeAuthority();
  await writeFile(join(directory, 'ca.pem'), authority.cert);
  server = await tlsServer(await authority.issue({ hosts: [PUBLIC, 'localhost'] }), openshiftRegistry, 'h2');
  proxy = await startProxy({ [`${PUBLIC}:443`]: server.port, [`${PUBLIC}:5000`]: server.port });
});
beforeEach(() => {
  warnings = [];
  server.seen.length = 0;
  proxy.seen.length = 0;
});
afterAll(async () => {
  await proxy.close();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

const open = async (options: Partial<OpenRegistryOptions>) => {
  const registry = await openRegistry({
    host: `localhost:${server.port}`,
    explicit: true,
    forceInsecure: false,
    clusterInsecure: false,
    token: TOKEN,
    workers: 2,
    reporter: { ...SILENT, warning: (line) => void warnings.push(line) },
    env: {},
    ...options,
  });
  await registry.deleteLayerLink(asRepository('ns/app'), DIGEST);
  await registry.close();
  return registry;
};

describe('trust', () => {
  test.each<[string, () => Partial<OpenRegistryOptions>]>([
    ['an authority that the user names', () => ({ authorities: [authority.cert] })],
    ["the kubeconfig's authority", () => ({ clusterCa: Buffer.from(authority.cert) })],
    ['the service CA file', () => ({ serviceCaFile: join(directory, 'ca.pem') })],
    ["the system's authorities", () => ({ env: { SSL_CERT_FILE: join(directory, 'ca.pem') } })],
    ['NODE_EXTRA_CA_CERTS', () => ({ env: { NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') } })],
  ])('%s is enough', async (_name, options) => {
    expect(await open(options())).toMatchObject({ verified: true });
    expect(warnings).toEqual([]);
  });

  test("the system's authorities count in addition to one that does not know the registry", async () => {
    const other = (await makeAuthority()).cert;
    const env = { SSL_CERT_FILE: join(directory, 'ca.pem') };
    expect(await open({ clusterCa: other, env })).toMatchObject({ verified: true });
    expect(warnings).toEqual([]);
  });

  test('an authority that does not know the registry is not enough', async () => {
    const other = (await makeAuthority()).cert;
    expect(await open({ clusterCa: other })).toMatchObject({ verified: false });
    await expect(open({ authorities: [other] })).rejects.toMatchObject({ kind: 'certificate' });
  });

  test('a service CA file does not have to exist', async () => {
    expect(await open({ serviceCaFile: join(directory, 'nowhere.crt'), clusterCa: authority.cert })).toMatchObject({
      verified: true,
    });
  });
});

describe('proxies', () => {
  const options = (env: NodeJS.ProcessEnv): Partial<OpenRegistryOptions> => ({
    host: PUBLIC,
    authorities: [authority.cert],
    env,
  });

  test('HTTPS_PROXY leads to the registry through a tunnel, over HTTP/2, with a verified certificate', async () => {
    expect(await open(options({ HTTPS_PROXY: proxy.url }))).toMatchObject({ url: `https://${PUBLIC}`, verified: true });
    expect(proxy.seen).toContain(`CONNECT ${PUBLIC}:443`);
    expect(server.seen.at(-1)).toMatchObject({ httpVersion: '2.0' });
  });

  test('the variable can be in lower case, and the proxy without a scheme', async () => {
    expect(await open(options({ https_proxy: proxy.url.slice('http://'.length) }))).toMatchObject({ verified: true });
  });

  test('NO_PROXY excludes the host', async () => {
    await open({ clusterCa: authority.cert, env: { HTTPS_PROXY: proxy.url, NO_PROXY: 'localhost' } });
    expect(proxy.seen).toEqual([]);
  });

  test('the error of a proxy that refuses does not show its password', async () => {
    const refusing = await startProxy({}, 407);
    const url = refusing.url.replace('http://', 'http://me:hidden@');
    const error = await open(options({ HTTPS_PROXY: url })).catch((thrown: RegistryError) => thrown as RegistryError);
    await refusing.close();
    expect(error).toBeInstanceOf(RegistryError);
    expect((error as RegistryError).message).toMatch(
      /the proxy refuses: .*407.* \(through the proxy http:\/\/127\.0\.0\.1:\d+\)/,
    );
    expect(JSON.stringify([(error as RegistryError).message, (error as RegistryError).suggestions])).not.toContain(
      'hidden',
    );
  });

  test.each([
    ['not a URL', 'http://['],
    ['a mistyped URL', 'http//user:hidden@proxy.example.org'],
    ['a URL with a space', 'http://user:hidden@proxy host:3128'],
    ['of another scheme', 'socks5://user:hidden@127.0.0.1:1080'],
    ['with a password that cannot be decoded', 'http://user:hidden%zz@127.0.0.1:3128'],
  ])('a proxy that is %s is an error that names the variable, without the password', async (_what, url) => {
    const error = (await open(options({ https_proxy: url })).catch((thrown: unknown) => thrown)) as RegistryError;
    expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', kind: 'proxy' });
    expect(error.message).toMatch(/the proxy in https_proxy cannot be used/);
    expect(error.suggestions.join()).toMatch(/https_proxy.* NO_PROXY/);
    expect(error.message).not.toContain('hidden');
  });

  test('a SOCKS proxy is named as such', async () => {
    const env = { HTTPS_PROXY: 'socks5h://127.0.0.1:1080' };
    await expect(open(options(env))).rejects.toThrow(/the proxy in HTTPS_PROXY cannot be used: it is a SOCKS proxy/);
  });

  test('the error of a proxy that cannot be reached names the proxy and where it is configured', async () => {
    const error = (await open(options({ HTTPS_PROXY: 'http://127.0.0.1:1/path' })).catch(
      (e: unknown) => e,
    )) as RegistryError;
    expect(error.message).toMatch(/the proxy cannot be reached: connection refused \(through the proxy http:.*:1\)$/);
    expect(error.suggestions).toEqual([`correct HTTPS_PROXY, which names the proxy, or add ${PUBLIC} to NO_PROXY`]);
  });

  test('the proxy is the first remedy for a web page that it sends instead of the registry', async () => {
    const filter = await tlsServer(await authority.issue({ hosts: [PUBLIC] }), (_request, response) =>
      end(response, 403, '<!doctype html><title>blocked</title>'),
    );
    const filtering = await startProxy({ [`${PUBLIC}:443`]: filter.port });
    const error = (await open(options({ HTTPS_PROXY: filtering.url })).catch((e: unknown) => e)) as RegistryError;
    await filtering.close();
    await filter.close();
    expect(error.message).toMatch(/answered with an HTML page \(status 403\): .* \(through the proxy http:/);
    expect(error.suggestions[0]).toMatch(/^correct HTTPS_PROXY/);
  });

  test('a proxy that answers in plain HTTP inside the tunnel does not lead to a request without encryption', async () => {
    const plain = await plainServer();
    const answering = await startProxy({ [`${PUBLIC}:443`]: plain.port });
    const error = (await open(options({ HTTPS_PROXY: answering.url })).catch((e: unknown) => e)) as RegistryError;
    await answering.close();
    await plain.close();
    expect(error.suggestions[0]).toMatch(/^correct HTTPS_PROXY/);
    expect(error.suggestions.join()).not.toContain('--force-insecure');
  });

  test.each(['http', 'https'])('a proxy that does not answer CONNECT is the cause (%s)', async (scheme) => {
    const silent = await rawServer((socket) => void socket.on('data', () => {}));
    const env = { HTTPS_PROXY: `${scheme}://user:hidden@127.0.0.1:${silent.port}` };
    const opening = open({ ...options(env), requestTimeoutMs: 300 });
    const error = (await opening.catch((thrown: unknown) => thrown)) as RegistryError;
    await silent.close();
    expect(error).toMatchObject({ kind: 'proxy', code: 'REGISTRY_UNREACHABLE' });
    expect(error.message).toMatch(
      /: the proxy does not open a connection: no answer within 0\.3 s \(through the proxy /,
    );
    expect(error.suggestions[0]).toMatch(/^correct HTTPS_PROXY/);
    expect(error.message).not.toContain('hidden');
  });

  test('a 407 to plain http comes from the proxy', async () => {
    const refusing = await startProxy({}, 407);
    const place = { host: `http://${PUBLIC}:8080`, env: { HTTP_PROXY: refusing.url } };
    await expect(open(place)).rejects.toMatchObject({ kind: 'proxy', code: 'REGISTRY_UNREACHABLE' });
    await refusing.close();
  });

  test('through a proxy, a private address does not allow a connection without a verified certificate', async () => {
    const elsewhere = await startProxy({ '10.0.0.1:443': server.port });
    const place = { host: '10.0.0.1', env: { HTTPS_PROXY: elsewhere.url } };
    await expect(open(place)).rejects.toMatchObject({ code: 'REGISTRY_UNTRUSTED' });
    expect(await open({ ...place, forceInsecure: true })).toMatchObject({ verified: false });
    await elsewhere.close();
  });

  test('a proxy that cannot resolve the internal name leaves the public route', async () => {
    const registry = await open({
      ...options({ HTTPS_PROXY: proxy.url }),
      host: 'image-registry.openshift-image-registry.svc:5000',
      explicit: false,
      publicRoute: async () => PUBLIC,
    });
    expect(registry).toMatchObject({ url: `https://${PUBLIC}`, verified: true });
    expect(warnings).toEqual([expect.stringMatching(/cannot be reached from here .*trying its public route/)]);
  });

  test('plain http goes through HTTP_PROXY without a tunnel', async () => {
    const plain = await plainServer();
    const forward = await startProxy({ [`${PUBLIC}:8080`]: plain.port });
    const registry = await open({ host: `http://${PUBLIC}:8080`, env: { HTTP_PROXY: forward.url } });
    expect(registry).toMatchObject({ verified: false });
    expect(forward.seen).toContain(`GET http://${PUBLIC}:8080/`);
    await forward.close();
    await plain.close();
  });
});

describe('the public route', () => {
  // No server listens on port 1 of the loopback address.
  const away = { host: 'localhost:1', explicit: false };
  const route = { clusterCa: '', env: {} as NodeJS.ProcessEnv };

  test('is tried with a warning when the internal name cannot be reached', async () => {
    const registry = await open({
      ...away,
      ...route,
      clusterCa: authority.cert,
      publicRoute: async () => `localhost:${server.port}`,
    });
    expect(registry).toMatchObject({ url: `https://localhost:${server.port}`, verified: true });
    expect(warnings).toEqual([
      `the registry at https://localhost:1/ cannot be reached from here (connection refused); trying its public route localhost:${server.port}`,
    ]);
  });

  test.each<[string, (() => Promise<string | undefined>) | undefined]>([
    ['there is none', async () => undefined],
    ['it cannot be read', async () => Promise.reject(new Error('forbidden'))],
    ['it is not known', undefined],
  ])('if %s, the error suggests how to expose the registry', async (_name, publicRoute) => {
    await expect(open({ ...away, publicRoute })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: 'error communicating with registry: https://localhost:1/: connection refused',
      suggestions: expect.arrayContaining([expect.stringMatching(/expose the registry .*--registry-url/)]),
    });
  });

  test('is not tried when --registry-url names the registry, nor for an untrusted certificate', async () => {
    const never = async (): Promise<string> => {
      throw new Error('asked for the route');
    };
    await expect(open({ ...away, explicit: true, publicRoute: never })).rejects.toThrow('connection refused');
    const untrusted = { host: PUBLIC, env: { HTTPS_PROXY: proxy.url }, explicit: false, publicRoute: never };
    await expect(open(untrusted)).rejects.toMatchObject({ code: 'REGISTRY_UNTRUSTED' });
    expect(warnings).toEqual([]);
  });
});

test('the error for a host that does not exist suggests how to expose the registry', async () => {
  await expect(open({ host: 'registry.invalid:5000' })).rejects.toMatchObject({
    code: 'REGISTRY_UNREACHABLE',
    message:
      'error communicating with registry: https://registry.invalid:5000/: host not found: no such host registry.invalid',
  });
});

describe('a registry of another kind', () => {
  const HARBOR = 'Bearer realm="https://harbor.example.org/service/token",service="harbor-registry"';
  const QUAY = 'Bearer realm="https://quay.example.org/v2/auth"';
  const OPENSHIFT = 'Bearer realm="https://registry.example.org/openshift/token"';
  const REDIRECT = { location: 'https://www.example.org/' };

  test.each<[string, number, string, Record<string, string>, string, string]>([
    ['a web page', 200, '<html>a console</html>', {}, HARBOR, 'harbor-registry'],
    ['404', 404, 'not found', {}, QUAY, 'https://quay.example.org/v2/auth'],
    ['a redirect to another site', 301, '', REDIRECT, HARBOR, 'harbor-registry'],
    ['401', 401, '', {}, HARBOR, 'harbor-registry'],
  ])('that has %s at / is recognized by its challenge, without the token', async (_what, ...answer) => {
    const [status, body, headers, challenge, service] = answer;
    const other = await plainServer(({ url }, response) => {
      if (url === '/v2/') response.writeHead(401, { 'www-authenticate': challenge }).end();
      else response.writeHead(status, headers).end(body);
    });
    const opened = open({ host: `http://localhost:${other.port}` });
    await expect(opened).rejects.toMatchObject({
      code: 'NOT_OPENSHIFT_REGISTRY',
      message: `error communicating with registry: http://localhost:${other.port}/v2/: the server asks for a Bearer token of ${service}, so this is not an OpenShift registry`,
      suggestions: ['pass --registry-url with the address of the integrated registry'],
    });
    expect(JSON.stringify(other.seen)).not.toMatch(/authorization/i);
    await other.close();
  });

  test('is not assumed if OpenShift issues the token, or if the server does not ask for one', async () => {
    for (const challenge of [OPENSHIFT, 'Basic realm="x"']) {
      const other = await plainServer(({ url }, response) => {
        if (url === '/v2/') response.writeHead(401, { 'www-authenticate': challenge }).end();
        else response.writeHead(200, { 'content-type': 'text/html' }).end('<html>a proxy</html>');
      });
      const opened = open({ host: `http://localhost:${other.port}` });
      await expect(opened).rejects.toMatchObject({ code: 'REGISTRY_UNEXPECTED' });
      await other.close();
    }
  });
});

describe('a registry that answers after 20 seconds', () => {
  let slow: TestServer;
  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    slow = await plainServer((request, response) => {
      jest.advanceTimersByTime(20_000);
      openshiftRegistry(request, response);
    });
  });
  afterEach(async () => {
    jest.useRealTimers();
    await slow.close();
  });
  const at = (): Partial<OpenRegistryOptions> => ({ host: `http://localhost:${slow.port}` });

  test('is too slow for the probe', async () => {
    await expect(open(at())).rejects.toMatchObject({ kind: 'timeout' });
  });

  test('is found with a longer request timeout', async () => {
    expect(await open({ ...at(), requestTimeoutMs: 30_000 })).toMatchObject({ verified: false });
  });
});

test('GET /healthz counts if GET / does not answer 200', async () => {
  const other = await plainServer((request, response) =>
    request.url === '/' ? void response.writeHead(404).end() : openshiftRegistry(request, response),
  );
  await open({ host: `http://localhost:${other.port}` });
  expect(other.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /',
    'GET /healthz',
    `DELETE /v2/ns/app/blobs/${DIGEST}`,
  ]);
  await other.close();
});

test('without a port and a scheme, plain HTTP is tried on its own port only if falling back is allowed', async () => {
  const forward = await startProxy({});
  const env = { HTTPS_PROXY: forward.url, HTTP_PROXY: forward.url };
  await expect(open({ host: PUBLIC, env })).rejects.toThrow(/through the proxy/);
  await forward.close();
  expect(forward.seen.every((line) => line === `CONNECT ${PUBLIC}:443`)).toBe(true);
});
