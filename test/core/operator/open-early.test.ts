import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { ClusterApi } from '../../../src/core/cluster/api.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { Traffic } from '../../../src/core/kit/traffic.js';
import { EarlyRegistry } from '../../../src/core/operator/open-early.js';
import type { ListedNames } from '../../../src/core/operator/registry-names.js';
import { aResponse, fakeApi, type RecordedRequest } from '../../support/fake-api.js';
import { end, plainServer, type Handler, type TestServer } from '../../support/servers/tls-servers.js';

const CONFIG = '/apis/config.openshift.io/v1/images/cluster';
const NOTHING: ListedNames = { images: [], streams: [] };
const healthy: Handler = (_request, response) => end(response, 200);

const servers: TestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

/** Starts a registry without TLS, so that each connection is a warning. */
async function aRegistry(handler: Handler = healthy): Promise<{ server: TestServer; host: string }> {
  const server = await plainServer(handler);
  servers.push(server);
  return { server, host: `localhost:${server.port}` };
}

/** Lists with a newest image at a host. */
const pushedTo = (host: string): ListedNames => ({
  images: [{ managed: true, created: 1, reference: `${host}/ns/app@sha256:${'0'.repeat(64)}` }],
  streams: [],
});

interface Begun {
  early: EarlyRegistry;
  warnings: string[];
  requests: RecordedRequest[];
  traffic: Traffic;
  abort: AbortController;
}

/** Begins to open the registry of a cluster. @param logged gets each line about a request */
function begin(
  respond: () => { status: number; body: unknown },
  logged: (line: string) => void = () => undefined,
): Begun {
  const warnings: string[] = [];
  const abort = new AbortController();
  const traffic = new Traffic();
  const { api, requests } = fakeApi(({ path }) => {
    const { status, body } = path === CONFIG ? respond() : { status: 404, body: {} };
    return aResponse(status, body);
  });
  const cluster = Object.assign(api, { traffic, insecure: false, token: async () => 'token' }) as ClusterApi;
  const reporter = {
    ...SILENT,
    warning: (text: string) => void warnings.push(text),
    log: (_level: number, line: string) => logged(line),
  };
  const early = new EarlyRegistry(cluster, { forceInsecure: false, workers: 1 }, { reporter, signal: abort.signal });
  return { early, warnings, requests, traffic, abort };
}

/** Answers with an image configuration that states hosts, the internal one first. */
const stating = (internalRegistryHostname?: string, ...externalRegistryHostnames: string[]) => ({
  status: 200,
  body: {
    kind: 'Image',
    apiVersion: 'config.openshift.io/v1',
    metadata: { name: 'cluster' },
    status: { internalRegistryHostname, externalRegistryHostnames },
  },
});

/** Makes a function, and a promise of the first line that matches. */
function line(pattern: RegExp): { logged: (line: string) => void; arrived: Promise<void> } {
  let arrive!: () => void;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  return { logged: (text) => void (pattern.test(text) && arrive()), arrived };
}

test('the connection to the stated host is used, and its warning reported when it is', async () => {
  const { server, host } = await aRegistry();
  const { logged, arrived } = line(/^GET http:.* 200/);
  const { early, warnings, requests, traffic } = begin(() => stating(host), logged);
  await arrived;
  await setImmediate();
  expect(warnings).toEqual([]);
  const registry = await early.open(NOTHING);
  expect(registry.url).toBe(`http://${host}`);
  expect(warnings).toEqual([expect.stringContaining(`the connection to http://${host} is not encrypted`)]);
  expect(server.seen).toMatchObject([{ method: 'GET', url: '/', authorization: undefined }]);
  expect(requests.map(({ path }) => path)).toEqual([CONFIG]);
  expect(traffic.entries).toMatchObject([{ resource: '/', count: 1 }]);
  await registry.close();
});

test('another host that the lists prefer is opened instead, without a warning of the first one', async () => {
  let closed: Promise<unknown> | undefined;
  let connected!: () => void;
  const waits = new Promise<void>((resolve) => (connected = resolve));
  const first = await aRegistry(({ socket }) => {
    closed = once(socket, 'close');
    connected();
  });
  const { host } = await aRegistry();
  const { early, warnings } = begin(() => stating(first.host, host));
  await waits;
  const registry = await early.open(pushedTo(host));
  expect(registry.url).toBe(`http://${host}`);
  expect(warnings).toEqual([expect.stringContaining(`http://${host} is not encrypted`)]);
  await closed;
  await registry.close();
});

test('an attempt that failed before the lists were read is repeated', async () => {
  let isUp = false;
  const { host } = await aRegistry((_request, response) => end(response, isUp ? 200 : 404));
  const { logged, arrived } = line(/^GET http:.*\/v2\/ 404/);
  const { early, warnings } = begin(() => stating(host), logged);
  await arrived;
  await setImmediate();
  isUp = true;
  const registry = await early.open(NOTHING);
  expect(warnings).toHaveLength(1);
  await registry.close();
});

test('an attempt that fails after the lists were read is not repeated', async () => {
  let answer!: () => void;
  let connected!: () => void;
  const asked = new Promise<void>((resolve) => (connected = resolve));
  const { server, host } = await aRegistry(({ url }, response) => {
    if (url !== '/') return end(response, 404);
    answer = () => end(response, 404);
    connected();
  });
  const { early } = begin(() => stating(host));
  await asked;
  const opened = early.open(NOTHING);
  await setImmediate();
  answer();
  await expect(opened).rejects.toMatchObject({ code: 'REGISTRY_UNEXPECTED' });
  expect(server.seen.map(({ url }) => url)).toEqual(['/', '/healthz', '/v2/']);
});

test.each<[string, (begun: Begun) => void]>([
  ['the run fails', ({ early }) => early.cancel()],
  ['the run is canceled', ({ abort }) => abort.abort()],
])('the connection is closed if %s', async (_what, end) => {
  let closed: Promise<unknown> | undefined;
  let connected!: () => void;
  const waits = new Promise<void>((resolve) => (connected = resolve));
  const { host } = await aRegistry(({ socket }) => {
    closed = once(socket, 'close');
    connected();
  });
  const begun = begin(() => stating(host));
  await waits;
  end(begun);
  await closed;
  expect(begun.warnings).toEqual([]);
});

test('an image configuration that could not be read is read again', async () => {
  const { host } = await aRegistry();
  let isUp = false;
  const { early, requests } = begin(() => {
    if (isUp) return stating(host);
    isUp = true;
    throw new Error('the connection was closed');
  });
  const registry = await early.open(NOTHING);
  expect(registry.url).toBe(`http://${host}`);
  expect(requests.map(({ path }) => path)).toEqual([CONFIG, CONFIG]);
  await registry.close();
});

test('image streams state the host if the image configuration does not', async () => {
  const { host } = await aRegistry();
  const { early } = begin(() => stating());
  const stream = { repository: `${host}/ns/app`, publicRepository: '', namesRepository: false };
  const registry = await early.open({ images: [], streams: [stream] });
  expect(registry.url).toBe(`http://${host}`);
  await registry.close();
});
