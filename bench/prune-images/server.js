/**
 * The API server and the registry of the benchmark's cluster, in a separate process. The first message holds the
 * settings; the reply holds the addresses. bench/prune-images/build.js bundles this file.
 */
import http2 from 'node:http2';
import https from 'node:https';
import { createAuthority, LOOPBACK } from '../../src/sandbox/http/certificates.js';
import { Api } from './api.js';
import { respond } from './respond.js';
import { Traffic } from './traffic.js';

const traffic = new Traffic();
const statistics = { requests: 0, deletions: 0, first: 0, last: 0, bytes: 0 };
let settings;

process.on('message', async (message) => {
  if (message.images !== undefined) process.send(await start(message));
  else if (message.traffic) process.send(traffic.report());
  else process.send({ ...statistics, seconds: (statistics.last - statistics.first) / 1000 });
});
process.on('disconnect', () => process.exit());

async function start(given) {
  settings = given;
  const authority = await createAuthority('bench');
  const certificate = await authority.issue(LOOPBACK);
  let api;
  const apiServer = https.createServer({ ...certificate, highWaterMark: 1 << 20 }, (request, response) =>
    serve(request, response, (...received) => api.answer(...received)),
  );
  const registry = http2.createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) =>
    serve(request, response, answerRegistry),
  );
  const apiPort = await listen(apiServer);
  const registryPort = await listen(registry);
  api = new Api({ ...settings, host: `127.0.0.1:${registryPort}` });
  if (settings.churn) setInterval(() => api.changePod(), 1000 / settings.churn);
  return {
    server: `https://127.0.0.1:${apiPort}`,
    registry: `https://127.0.0.1:${registryPort}`,
    authority: authority.cert,
    counts: api.pages.counts,
  };
}

function listen(server) {
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

async function serve(request, response, answer) {
  statistics.requests++;
  const { method, headers } = request;
  const url = new URL(request.url, 'https://host');
  const body = [];
  request.on('data', (chunk) => body.push(chunk));
  request.on('end', () => {
    const reply = answer({ method, url, headers }, Buffer.concat(body));
    if (method === 'DELETE' || method === 'PUT') {
      statistics.deletions++;
      statistics.last = performance.now();
      statistics.first ||= statistics.last;
    }
    later(() => (reply.watch ? watch(response, reply) : write(response, reply, headers)));
  });
}

/** Waits for the latency. Timers are a millisecond or two late, so the end of the wait is a busy loop. */
function later(then) {
  const until = performance.now() + settings.latency;
  const turn = () => (performance.now() < until ? setImmediate(turn) : then());
  if (settings.latency > 2) setTimeout(turn, settings.latency - 1.5);
  else turn();
}

function write(response, reply, headers) {
  const throughput = settings.throughput ? settings.throughput * 1000 : Infinity;
  const bytes = respond(response, reply, { accepts: headers['accept-encoding'], throughput });
  statistics.bytes += bytes;
  if (reply.list) traffic.countList(reply.list, bytes, reply.page.hasMore);
}

function watch(response, { list, watch: start }) {
  traffic.countWatch(list);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  const send = (line) => {
    traffic.countEvent(list, Buffer.byteLength(line));
    response.write(line);
  };
  const stop = start(send, () => response.end());
  response.on('close', stop);
}

/** Answers as the registry does to a user with the pruner role, who may delete but not read. */
function answerRegistry({ method, url }) {
  if (url.pathname === '/' || url.pathname === '/healthz' || url.pathname === '/v2/') return {};
  if (method === 'GET')
    return { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] } };
  if (settings.busy && Math.random() < settings.busy)
    return { status: 429, body: { errors: [{ code: 'TOOMANYREQUESTS' }] } };
  return { status: url.pathname.startsWith('/admin/') ? 204 : 202 };
}
