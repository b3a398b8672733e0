import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { apiError } from '../../cluster/api-error.js';
import { RegadmError } from '../../model/errors.js';
import { NAMES } from '../render/registry-objects.js';

const PODS = `/api/v1/namespaces/${NAMES.namespace}/pods`;
const LABELS = { 'app.kubernetes.io/managed-by': 'regadm', 'app.kubernetes.io/component': 'node-check' };
const SELECTOR = Object.entries(LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',');
/** The pod ends by itself after this, should nobody be left to delete it. */
const DEADLINE_SECONDS = 300;
const PAUSE_MS = 250;

export interface DebugPodOptions {
  node: string;
  /** One that is on the node already: an edge may have no way to pull another. */
  image: string;
  /** Runs with the node's own programs, its root file system being the root. */
  command: string[];
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Runs a command on a node, in a privileged pod that is deleted in any case, and hands back what it printed.
 * @throws RegadmError NODE_CHECK_FAILED when the pod does not run or the command fails, ApiError; the signal's reason when it aborts
 */
export async function runOnNode(api: ClusterApi, options: DebugPodOptions): Promise<string> {
  await deleteLeftovers(api);
  const name = `regadm-node-check-${randomBytes(4).toString('hex')}`;
  try {
    const response = await api.request('POST', PODS, { body: podOf(name, options), signal: options.signal });
    // 409 on a name that nobody else has: the answer to the first try was lost.
    if (response.status !== 201 && response.status !== 409)
      throw apiError(response, `cannot create the debug pod ${NAMES.namespace}/${name}`);
    await ended(api, name, options);
    const log = await api.request('GET', `${PODS}/${name}/log`, { signal: options.signal });
    if (log.status !== 200) throw apiError(log, `cannot read the log of pod ${NAMES.namespace}/${name}`);
    return log.body.toString('utf8');
  } finally {
    // Also when the creation seemed to fail: its answer may have been lost.
    await deletePod(api, name);
  }
}

/** Those of runs that were killed. A pod that still runs may be another run's. */
async function deleteLeftovers(api: ClusterApi): Promise<void> {
  const { items } = await api.get<{ items?: KubeObject[] | null }>(PODS, { query: { labelSelector: SELECTOR } });
  const over = (items ?? []).filter(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
  await Promise.all(over.map(({ metadata }) => deletePod(api, metadata.name)));
}

async function deletePod(api: ClusterApi, name: string): Promise<void> {
  const response = await api.request('DELETE', `${PODS}/${name}`, { query: { gracePeriodSeconds: 0 } });
  if (![200, 202, 404].includes(response.status))
    throw apiError(response, `cannot delete the debug pod ${NAMES.namespace}/${name}: delete it by hand`);
}

async function ended(api: ClusterApi, name: string, { timeoutMs, signal }: DebugPodOptions): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const pod = await api.get<KubeObject>(`${PODS}/${name}`, { signal });
    if (pod.status?.phase === 'Succeeded') return;
    const why = describe(pod);
    if (pod.status?.phase === 'Failed') throw problem(`the debug pod failed: ${why}`);
    if (performance.now() > deadline) throw problem(`the debug pod has not ended in time: ${why}`);
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

function describe({ status }: KubeObject): string {
  const [container] = (status?.containerStatuses ?? []) as {
    state?: Record<string, { reason?: string; message?: string } | undefined>;
  }[];
  const state = container?.state?.waiting ?? container?.state?.terminated;
  return [String(status?.phase ?? 'Pending'), state?.reason, state?.message ?? (status?.message as string | undefined)]
    .filter(Boolean)
    .join(' ');
}

function problem(message: string): RegadmError {
  return new RegadmError(message, {
    code: 'NODE_CHECK_FAILED',
    suggestions: ['look by hand: oc debug node/NODE -- chroot /host df -h'],
  });
}

function podOf(name: string, { node, image, command }: DebugPodOptions): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMES.namespace, labels: LABELS },
    spec: {
      nodeName: node,
      restartPolicy: 'Never',
      activeDeadlineSeconds: DEADLINE_SECONDS,
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'node-check',
          image,
          command: ['chroot', '/host', ...command],
          securityContext: { privileged: true, runAsUser: 0 },
          volumeMounts: [{ name: 'host', mountPath: '/host', readOnly: true, mountPropagation: 'HostToContainer' }],
        },
      ],
      volumes: [{ name: 'host', hostPath: { path: '/', type: 'Directory' } }],
    },
  };
}
