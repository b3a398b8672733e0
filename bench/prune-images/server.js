/**
 * The API server and the registry of the benchmark's cluster, in a separate process. The first message holds the
 * settings; the reply holds the addresses. bench/prune-images/build.js bundles this file.
 */
import http2 from 'node:http2';
import https from 'node:https';
import { createAuthority, LOOPBACK } from '../../src/sandbox/http/certificates.js';
import { Pages } from './pages.js';

const statistics = { requests: 0, deletions: 0, first: 0, last: 0, bytes: 0 };
let settings;
let pages;

process.on('message', async (message) => {
  if (message.images !== undefined) process.send(await start(message));
  else process.send({ ...statistics, seconds: (statistics.last - statistics.first) / 1000 });
});
process.on('disconnect', () => process.exit());

async function start(given) {
  settings = given;
  const authority = await createAuthority('bench');
  const certificate = await authority.issue(LOOPBACK);
  const api = https.createServer({ ...certificate, highWaterMark: 1 << 20 }, (request, response) =>
    serve(request, response, answerApi),
  );
  const registry = http2.createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) =>
    serve(request, response, answerRegistry),
  );
  const apiPort = await listen(api);
  const registryPort = await listen(registry);
  pages = new Pages(settings.images, `127.0.0.1:${registryPort}`);
  return {
    server: `https://127.0.0.1:${apiPort}`,
    registry: `https://127.0.0.1:${registryPort}`,
    authority: authority.cert,
    counts: pages.counts,
  };
}

function listen(server) {
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

async function serve(request, response, answer) {
  statistics.requests++;
  const body = [];
  request.on('data', (chunk) => body.push(chunk));
  request.on('end', () => {
    const reply = answer(request.method, new URL(request.url, 'https://host'), Buffer.concat(body));
    if (request.method === 'DELETE' || request.method === 'PUT') {
      statistics.deletions++;
      statistics.last = performance.now();
      statistics.first ||= statistics.last;
    }
    later(() => write(response, reply));
  });
}

/** Waits for the latency. Timers are a millisecond or two late, so the end of the wait is a busy loop. */
function later(then) {
  const until = performance.now() + settings.latency;
  const turn = () => (performance.now() < until ? setImmediate(turn) : then());
  if (settings.latency > 2) setTimeout(turn, settings.latency - 1.5);
  else turn();
}

function write(response, { status = 200, body, open }) {
  if (open) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders?.();
    return;
  }
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body ?? {}));
  statistics.bytes += bytes.length;
  response.writeHead(
    status,
    status === 204 ? {} : { 'Content-Type': 'application/json', 'Content-Length': bytes.length },
  );
  response.end(status === 204 ? undefined : bytes);
}

const failure = (code, reason) => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: reason, reason, code },
});
/** The cluster's configuration objects, by path. */
const CONFIGURATION = {
  '/apis/config.openshift.io/v1/images/cluster': { kind: 'Image', apiVersion: 'config.openshift.io/v1' },
  '/apis/imageregistry.operator.openshift.io/v1/configs/cluster': {
    kind: 'Config',
    apiVersion: 'imageregistry.operator.openshift.io/v1',
    spec: { managementState: 'Managed' },
  },
};
/** Updated image streams, by path. */
const changed = new Map();

function answerApi(method, url, body) {
  const parts = url.pathname.split('/').filter(Boolean);
  const resource = parts.at(-1);
  const configuration = CONFIGURATION[url.pathname];
  // No custom resources.
  if (url.pathname === '/apis') return { body: { kind: 'APIGroupList', apiVersion: 'v1', groups: [] } };
  if (method === 'GET' && configuration)
    return { body: { ...configuration, metadata: { name: 'cluster' }, status: {} } };
  if (method === 'POST') return { status: 201, body: { ...JSON.parse(body), status: { allowed: true } } };
  if (parts.includes('imagestreams') && parts.includes('namespaces'))
    return stream(method, url.pathname.replace(/\/status$/, ''), body);
  if (method === 'DELETE') return { body: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };
  if (url.searchParams.get('watch'))
    return ['images', 'imagestreams'].includes(resource) ? { open: true } : failure(403, 'Forbidden');
  if (parts.includes('namespaces')) return { body: pages.empty(resource) };
  return {
    body: pages.page(
      resource,
      Number(url.searchParams.get('limit') ?? 1e9),
      Number(url.searchParams.get('continue') ?? 0),
    ),
  };
}

function stream(method, path, body) {
  if (method === 'GET') return { body: changed.get(path) ?? pages.object('imagestreams', Number(path.slice(-6))) };
  const object = JSON.parse(body);
  object.metadata.resourceVersion = String(Number(object.metadata.resourceVersion) + 1);
  changed.set(path, object);
  return { body: object };
}

/** Answers as the registry does to a user with the pruner role, who may delete but not read. */
function answerRegistry(method, url) {
  if (url.pathname === '/' || url.pathname === '/healthz' || url.pathname === '/v2/') return {};
  if (method === 'GET')
    return { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] } };
  if (settings.busy && Math.random() < settings.busy)
    return { status: 429, body: { errors: [{ code: 'TOOMANYREQUESTS' }] } };
  return { status: url.pathname.startsWith('/admin/') ? 204 : 202 };
}
