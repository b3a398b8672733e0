import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { createObject, getObject, listObjects, readPodLog } from '../../cluster/objects.js';
import { PODS } from '../../cluster/resources.js';
import { RegadmError } from '../../model/errors.js';
import { requestPodDeletion } from '../../operator/delete-pod.js';
import { podNamed } from '../../operator/objects.js';
import { NAMES } from '../render/registry-objects.js';

const LABELS = { 'app.kubernetes.io/managed-by': 'regadm', 'app.kubernetes.io/component': 'node-check' };
const SELECTOR = Object.entries(LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',');
/** Lifetime of the pod in seconds. If regadm is killed, the pod ends by itself. */
const DEADLINE_SECONDS = 300;
/** Interval between two reads of the pod, in ms. */
const POLL_MS = 250;

interface DebugPodOptions {
  node: string;
  /** An image that is already on the node, because an edge cluster cannot always pull another one. */
  image: string;
  /** Runs with the node's programs, in its root file system. */
  command: string[];
  /** Timeout of the command, in ms. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Runs a command on a node, in a privileged pod that is always deleted.
 * @returns the output of the command
 * @throws RegadmError NODE_CHECK_FAILED if the pod does not run or the command fails, ApiError; the signal's reason
 *   when it aborts
 */
export async function runOnNode(api: ClusterApi, options: DebugPodOptions): Promise<string> {
  await deleteLeftovers(api);
  const name = `regadm-node-check-${randomBytes(4).toString('hex')}`;
  try {
    // The name is unique. If it exists, the response to the first attempt was lost.
    await createObject(api, podNamed(name), debugPod(name, options), { signal: options.signal });
    await waitForEnd(api, name, options);
    return await readPodLog(api, podNamed(name), { signal: options.signal });
  } finally {
    // Also after a failed creation, because only its response can be lost.
    await deletePod(api, name);
  }
}

/** Deletes the ended pods of runs that were killed. A running pod can belong to another run. */
async function deleteLeftovers(api: ClusterApi): Promise<void> {
  const pods = await listObjects(api, PODS, { namespace: NAMES.namespace, labelSelector: SELECTOR });
  const ended = pods.filter(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
  await Promise.all(ended.map(({ metadata }) => deletePod(api, metadata.name)));
}

/** Deletes the pod by its name, which is unique. The uid is unknown if the response to the creation was lost. */
async function deletePod(api: ClusterApi, name: string): Promise<void> {
  await requestPodDeletion(api, { name }, { graceSeconds: 0 }).catch((error: unknown) => {
    if (error instanceof RegadmError)
      error.suggestions.unshift(`delete the debug pod manually: oc -n ${NAMES.namespace} delete pod ${name}`);
    throw error;
  });
}

async function waitForEnd(api: ClusterApi, name: string, { timeoutMs, signal }: DebugPodOptions): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const pod = await getObject(api, podNamed(name), { signal });
    if (pod.status?.phase === 'Succeeded') return;
    const state = describeState(pod);
    if (pod.status?.phase === 'Failed') throw nodeCheckError(`the debug pod failed: ${state}`);
    if (performance.now() > deadline) throw nodeCheckError(`the debug pod has not ended in time: ${state}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

function describeState({ status }: KubeObject): string {
  const [container] = (status?.containerStatuses ?? []) as {
    state?: Record<string, { reason?: string; message?: string } | undefined>;
  }[];
  const state = container?.state?.waiting ?? container?.state?.terminated;
  return [String(status?.phase ?? 'Pending'), state?.reason, state?.message ?? (status?.message as string | undefined)]
    .filter(Boolean)
    .join(' ');
}

function nodeCheckError(message: string): RegadmError {
  return new RegadmError(message, {
    code: 'NODE_CHECK_FAILED',
    suggestions: ['check the node manually: oc debug node/NODE -- chroot /host df -h'],
  });
}

function debugPod(name: string, { node, image, command }: DebugPodOptions): object {
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
