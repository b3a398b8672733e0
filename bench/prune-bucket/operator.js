/**
 * A simulated registry operator: the config, the Deployment and the pod that a guarded hard prune reads and changes. A
 * roll-out takes ROLLOUT_MS. Versions grow with the time, as in a cluster in which something always happens.
 */
const ROLLOUT_MS = Number(process.env.ROLLOUT_MS ?? 5000);
const started = Date.now();

/** The current resource version. */
export const version = () => String(1000 + Math.floor((Date.now() - started) / 10));

const config = {
  apiVersion: 'imageregistry.operator.openshift.io/v1',
  kind: 'Config',
  metadata: { name: 'cluster', generation: 1, resourceVersion: '1', annotations: {} },
  spec: { managementState: 'Managed', readOnly: false, storage: { s3: { bucket: 'bucket' } } },
  status: { observedGeneration: 1, storage: { s3: { bucket: 'bucket' } } },
};
let changedAt = 0;

function applyPatch(target, patch) {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete target[key];
    else if (typeof value === 'object') applyPatch((target[key] ??= {}), value);
    else target[key] = value;
  }
}

function changeConfig(patch) {
  const before = config.spec.readOnly;
  const { resourceVersion, ...metadata } = patch.metadata ?? {};
  applyPatch(config, { ...patch, metadata });
  config.metadata.resourceVersion = String(Number(resourceVersion) + 1);
  if ((config.spec.readOnly ?? false) === (before ?? false)) return;
  config.metadata.generation = ++config.status.observedGeneration;
  changedAt = Date.now();
}

/** The mode of the registry's pod, which follows the config after a roll-out. */
const podIsReadOnly = () => Date.now() - changedAt >= ROLLOUT_MS === (config.spec.readOnly === true);

const containers = (readOnly) => [
  {
    name: 'registry',
    env: [
      { name: 'REGISTRY_STORAGE', value: 's3' },
      ...(readOnly ? [{ name: 'REGISTRY_STORAGE_MAINTENANCE_READONLY', value: '{enabled: true}' }] : []),
    ],
  },
];

const inRegistry = (name) => ({ namespace: 'openshift-image-registry', name, generation: 1 });

/** Answers a request about the operator's objects; undefined for everything else. */
export function answerOperator({ method, url }, body) {
  const { pathname } = new URL(url, 'http://api');
  if (pathname.endsWith('/configs/cluster')) {
    if (method === 'PATCH') changeConfig(JSON.parse(body));
    return config;
  }
  if (pathname.endsWith('/selfsubjectaccessreviews')) return { ...JSON.parse(body), status: { allowed: true } };
  if (pathname.endsWith('/deployments/image-registry'))
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: inRegistry('image-registry'),
      spec: { replicas: 1, template: { spec: { containers: containers(config.spec.readOnly === true) } } },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    };
  if (!pathname.endsWith('/pods')) return undefined;
  const pod = {
    metadata: { ...inRegistry('image-registry-1'), uid: '1', labels: { 'docker-registry': 'default' } },
    spec: { containers: containers(podIsReadOnly()) },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
  return { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: version() }, items: [pod] };
}

/** Answers a watch: no change, and a bookmark two seconds before its end, as the API server sends it. */
export function answerWatch(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://api');
  const kind = pathname.endsWith('/images') ? 'Image' : 'ImageStream';
  const seconds = Number(searchParams.get('timeoutSeconds') ?? 600);
  const bookmark = () => {
    const object = { kind, apiVersion: 'image.openshift.io/v1', metadata: { resourceVersion: version() } };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const timers = [setTimeout(bookmark, (seconds - 2) * 1000), setTimeout(() => response.end(), seconds * 1000)];
  response.on('close', () => timers.forEach(clearTimeout));
}
