/** The API server of a cluster with builds: `server.js BUILDS`. Sends its port to the parent process. */
import { createServer } from 'node:http';

const CONFIGS = 2000;
const GROUP = '/apis/build.openshift.io/v1';

const namespaceOf = (config) => `project-${config % 300}`;
const namesOf = (at) => ({ config: `app-${at % CONFIGS}`, namespace: namespaceOf(at % CONFIGS) });

function build(at) {
  const { config, namespace } = namesOf(at);
  const number = Math.floor(at / CONFIGS) + 1;
  const managedFields = Array.from({ length: 3 }, (_, field) => ({
    manager: `openshift-controller-manager-${field}`,
    operation: 'Update',
    fieldsV1: Object.fromEntries(Array.from({ length: 40 }, (_, key) => [`f:field-${key}`, { 'f:value': {} }])),
  }));
  return {
    metadata: {
      name: `${config}-${number}`,
      namespace,
      uid: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
      resourceVersion: String(at + 1),
      creationTimestamp: new Date(Date.UTC(2025, 0, 1) + at * 60_000).toISOString().replace('.000Z', 'Z'),
      annotations: { 'openshift.io/build-config.name': config, 'openshift.io/build.number': String(number) },
      ownerReferences: [
        {
          apiVersion: 'build.openshift.io/v1',
          kind: 'BuildConfig',
          name: config,
          uid: `10000000-0000-4000-8000-${String(at % CONFIGS).padStart(12, '0')}`,
          controller: true,
        },
      ],
      managedFields,
    },
    spec: { strategy: { type: 'Docker', dockerStrategy: { env: Array(40).fill({ name: 'NAME', value: 'value' }) } } },
    status: { phase: at % 7 === 0 ? 'Failed' : 'Complete', config: { kind: 'BuildConfig', namespace, name: config } },
  };
}

const buildConfig = (at) => ({
  metadata: {
    name: `app-${at}`,
    namespace: namespaceOf(at),
    uid: `10000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    resourceVersion: String(at + 1),
  },
});

/** Answers a page of a list. */
function page(url, { kind, item, total }) {
  const from = Number(url.searchParams.get('continue') ?? 0);
  const to = Math.min(total, from + Number(url.searchParams.get('limit') ?? total));
  const items = Array.from({ length: to - from }, (_, at) => item(from + at));
  const metadata = { resourceVersion: '1', ...(to < total ? { continue: String(to) } : {}) };
  return { kind, apiVersion: 'build.openshift.io/v1', metadata, items };
}

function serve(builds) {
  const bodies = new Map();
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://host');
    const answer = () => {
      if (url.pathname === `${GROUP}/builds`) return page(url, { kind: 'BuildList', item: build, total: builds });
      if (url.pathname === `${GROUP}/buildconfigs`)
        return page(url, { kind: 'BuildConfigList', item: buildConfig, total: CONFIGS });
      return { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', status: { allowed: true } };
    };
    const key = request.url;
    if (!bodies.has(key)) bodies.set(key, Buffer.from(JSON.stringify(answer())));
    request.resume().on('end', () => {
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      response.end(bodies.get(key));
    });
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

serve(Number(process.argv[2]));
