import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { BoundedApi } from '../../cluster/bounded-api.js';
import { createObject, getObject, listReading, readPodLog } from '../../cluster/objects.js';
import { PODS } from '../../cluster/resources.js';
import { Deadline } from '../../kit/deadline.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { requestPodDeletion } from '../../operator/delete-pod.js';
import { podNamed } from '../../operator/objects.js';
import { valueAt } from '../model.js';
import { NAMES } from '../render/registry-objects.js';
import { listAt, textAt } from './fields.js';
import type { TimeLimit } from './time-limit.js';

const LABELS = { 'app.kubernetes.io/managed-by': 'regadm', 'app.kubernetes.io/component': 'node-check' };
const SELECTOR = Object.entries(LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',');
/** Lifetime of the pod in seconds. If regadm is killed, the pod ends by itself. */
const DEADLINE_SECONDS = 300;
/** Annotation with the time, in seconds after its creation, for which its run can need a pod. */
const NEEDED = 'regadm/needed-seconds';
/** That time for a pod without the annotation. */
const DEFAULT_NEEDED_SECONDS = 600;
/** Interval between two reads of the pod, in ms. */
const POLL_MS = 250;
/** Timeout of the deletion of the pod, in ms. It also applies when the time of all checks is over. */
const DELETION_MS = 20_000;

interface DebugPodOptions {
  node: string;
  /** An image that is already on the node, because an edge cluster cannot always pull another one. */
  image: string;
  /** Runs with the node's programs, in its root file system. */
  command: string[];
  /** Its end ends everything except the deletion of the pod. */
  limit: TimeLimit;
  /** Warns of a pod that could not be deleted after the end. */
  warning(text: string): void;
}

/**
 * Runs a command on a node, in a privileged pod that is always deleted.
 * @returns the output of the command
 * @throws RegadmError NODE_CHECK_FAILED if the pod does not run, the command fails, or the pod cannot be deleted;
 *   ApiError; the reason of the limit's signal when it aborts
 */
export async function runOnNode(cluster: ClusterApi, options: DebugPodOptions): Promise<string> {
  const { limit } = options;
  const api = limit.bound(cluster);
  await deleteLeftovers(api);
  const name = `regadm-node-check-${randomBytes(4).toString('hex')}`;
  try {
    // The name is unique. If it exists, the response to the first attempt was lost.
    await createObject(api, podNamed(name), debugPod(name, options));
    await waitForEnd(api, name, limit);
    return await readPodLog(api, podNamed(name));
  } finally {
    // Also after a failed creation, because only its response can be lost.
    await deleteAtEnd(cluster, name, options);
  }
}

/** Deletes the ended pods of runs that were killed. Every other pod can belong to another run. */
async function deleteLeftovers(api: ClusterApi): Promise<void> {
  const selection = { namespace: NAMES.namespace, labelSelector: SELECTOR };
  const { objects, serverTime = 0 } = await listReading(api, PODS, selection);
  const left = objects.filter((pod) => hasEnded(pod) && serverTime > neededUntil(pod));
  await Promise.all(left.map(({ metadata }) => deletePod(api, metadata.name)));
}

function hasEnded({ status }: KubeObject): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Returns the time until which the run of a pod can need it, in ms since the epoch; NaN if it is not known. */
function neededUntil({ metadata: { creationTimestamp = '', annotations } }: KubeObject): number {
  const seconds = Number(annotations?.[NEEDED] ?? DEFAULT_NEEDED_SECONDS);
  return Date.parse(creationTimestamp) + seconds * 1000;
}

async function deleteAtEnd(cluster: ClusterApi, name: string, { limit, warning }: DebugPodOptions): Promise<void> {
  const deadline = new Deadline(DELETION_MS);
  try {
    await deletePod(new BoundedApi(cluster, deadline.signal), name);
  } catch (error) {
    if (limit.signal.aborted) warning(`${messageOf(error)}; delete it manually: ${deletionCommand(name)}`);
    throw error;
  } finally {
    deadline.clear();
  }
}

/**
 * Deletes the pod by its name, which is unique. The uid is unknown if the response to the creation was lost.
 * @throws RegadmError NODE_CHECK_FAILED
 */
async function deletePod(api: ClusterApi, name: string): Promise<void> {
  try {
    await requestPodDeletion(api, { name }, { graceSeconds: 0 });
  } catch (cause) {
    const message = messageOf(cause);
    const problem = message.includes(name) ? message : `cannot delete pod ${name}: ${message}`;
    const suggestions = [`delete the debug pod manually: ${deletionCommand(name)}`];
    throw new RegadmError(problem, { code: 'NODE_CHECK_FAILED', suggestions, cause });
  }
}

function deletionCommand(name: string): string {
  return `oc -n ${NAMES.namespace} delete pod ${name}`;
}

async function waitForEnd(api: ClusterApi, name: string, limit: TimeLimit): Promise<void> {
  let state = 'Pending';
  try {
    for (;;) {
      const pod = await getObject(api, podNamed(name));
      state = describeState(pod);
      if (pod.status?.phase === 'Succeeded') return;
      if (pod.status?.phase === 'Failed') throw nodeCheckError(`the debug pod failed: ${state}`);
      await sleep(POLL_MS, undefined, { signal: limit.signal });
    }
  } catch (error) {
    if (!limit.isOver) throw error;
    throw nodeCheckError(`the debug pod has not ended in time: ${state}`);
  }
}

function describeState({ status }: KubeObject): string {
  const [container] = listAt(status, 'containerStatuses');
  const state = valueAt(container, ['state', 'waiting']) ?? valueAt(container, ['state', 'terminated']);
  const message = textAt(state, 'message') ?? textAt(status, 'message');
  return [textAt(status, 'phase') ?? 'Pending', textAt(state, 'reason'), message].filter(Boolean).join(' ');
}

function nodeCheckError(message: string): RegadmError {
  return new RegadmError(message, {
    code: 'NODE_CHECK_FAILED',
    suggestions: ['check the node manually: oc debug node/NODE -- chroot /host df -h'],
  });
}

function debugPod(name: string, { node, image, command, limit }: DebugPodOptions): object {
  const annotations = { [NEEDED]: String(DEADLINE_SECONDS + Math.ceil((limit.ms + DELETION_MS) / 1000)) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMES.namespace, labels: LABELS, annotations },
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
