/**
 * A simulated API server with the objects of a cluster, and with the operator's objects that an online hard prune
 * reads. Every message from the parent process replaces the registry's pod.
 */
import { createServer } from 'node:http';
import { makeImages, makeStreams } from './tree.js';

const images = makeImages();
const lists = { images: ['ImageList', images], imagestreams: ['ImageStreamList', makeStreams(images)] };
const texts = new Map();
let pods = 1;

const containers = [{ name: 'registry', env: [{ name: 'REGISTRY_STORAGE', value: 'filesystem' }] }];
const metadata = { namespace: 'openshift-image-registry', name: 'image-registry', generation: 1 };

/** The objects of the registry's operator, by the end of their path. */
const operatorObjects = (body) => ({
  cluster: {
    ...{ apiVersion: 'imageregistry.operator.openshift.io/v1', kind: 'Config' },
    metadata: { name: 'cluster', generation: 1, resourceVersion: '1' },
    spec: { managementState: 'Managed', storage: { pvc: { claim: 'registry' } } },
    status: { observedGeneration: 1 },
  },
  selfsubjectaccessreviews: { ...(body && JSON.parse(body)), status: { allowed: true } },
  'image-registry': {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
    spec: { replicas: 1, template: { spec: { containers } } },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  },
  pods: {
    ...{ apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '1' } },
    items: [
      {
        metadata: {
          ...{ ...metadata, name: `image-registry-${pods}`, uid: `pod-${pods}` },
          ...{ labels: { 'docker-registry': 'default' }, creationTimestamp: new Date().toISOString() },
        },
        spec: { containers },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      },
    ],
  },
});

/** Returns a page of a list as text, which is made once: the server takes little of the processor. */
function pageOf([kind, items], start, end) {
  const key = `${kind} ${start} ${end}`;
  const metadata = { resourceVersion: '1000', ...(end < items.length ? { continue: String(end) } : {}) };
  const page = { kind, apiVersion: 'image.openshift.io/v1', metadata, items: items.slice(start, end) };
  if (!texts.has(key)) texts.set(key, Buffer.from(JSON.stringify(page)));
  return texts.get(key);
}

/** Answers a watch: nothing changes. A bookmark follows at once, as in a cluster in which something always happens. */
function watch(kind, url, response) {
  const object = { kind, apiVersion: 'image.openshift.io/v1', metadata: { resourceVersion: '1001' } };
  response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  const end = setTimeout(() => response.end(), Number(url.searchParams.get('timeoutSeconds') ?? 600) * 1000);
  response.on('close', () => clearTimeout(end));
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const name = url.pathname.split('/').at(-1);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  response.setHeader('Content-Type', 'application/json');
  const list = lists[name];
  if (list && url.searchParams.has('watch')) return watch(list[0].replace('List', ''), url, response);
  if (list) {
    const start = Number(url.searchParams.get('continue') ?? 0);
    return response.end(pageOf(list, start, start + Number(url.searchParams.get('limit') ?? list[1].length)));
  }
  const found = operatorObjects(Buffer.concat(chunks).toString())[name];
  response.statusCode = found ? 200 : 404;
  response.end(
    JSON.stringify(found ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, reason: 'NotFound' }),
  );
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('message', () => pods++);
process.on('disconnect', () => process.exit());
