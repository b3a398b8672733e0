import { setTimeout as sleep } from 'node:timers/promises';
import { RegadmError, messageOf } from '../model/errors.js';
import type { ClusterApi, ExecResult, ExecTarget } from '../cluster/api.js';
import { isUsable, listRegistryPods, type RegistryPod } from './pods.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { apiError } from '../cluster/api-error.js';

export type PruneMode = 'check' | 'delete';

const target = (pod: RegistryPod): ExecTarget => ({
  namespace: REGISTRY_NAMESPACE,
  pod: pod.name,
  container: pod.container,
});

/**
 * Runs the registry's own pruner in one of its pods; `onLine` gets its output as it comes.
 * Ending the connection (`signal`) does not end the process in the pod: see `stopPruner`.
 * @throws RegadmError EXEC_REFUSED
 */
export async function runPruner(
  api: ClusterApi,
  pod: RegistryPod,
  mode: PruneMode,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<ExecResult> {
  const command = ['/bin/sh', '-c', `REGISTRY_LOG_LEVEL=info /usr/bin/dockerregistry -prune=${mode}`];
  const stdout = new Lines(onLine);
  const stderr = new Lines(onLine);
  const result = await api.exec(target(pod), command, {
    stdout: (chunk) => stdout.take(chunk),
    stderr: (chunk) => stderr.take(chunk),
    signal,
  });
  stdout.end();
  stderr.end();
  return result;
}

// The pattern is written so that this script's own command line does not match it.
const FIND = `for p in /proc/[0-9]*; do c=$(tr '\\0' ' ' 2>/dev/null < "$p/cmdline") || continue; case "$c" in *dockerregistry*-prune"="*) echo "\${p#/proc/}";STOP; esac; done; echo done`;
const FIND_SCRIPT = `# regadm: pruner processes\n${FIND.replace('STOP', '')}`;
const STOP_SCRIPT = `# regadm: stop pruner processes\n${FIND.replace('STOP', ' kill -TERM "${p#/proc/}" 2>/dev/null')}`;

/** The pruner processes in a pod, by process id. @throws RegadmError EXEC_REFUSED, EXEC_FAILED when the pod could not be looked into */
export function findPruners(api: ClusterApi, pod: RegistryPod): Promise<number[]> {
  return processes(api, pod, FIND_SCRIPT);
}

async function processes(api: ClusterApi, pod: RegistryPod, script: string): Promise<number[]> {
  let output = '';
  const take = (chunk: Buffer): void => void (output += chunk.toString());
  await api.exec(target(pod), ['/bin/sh', '-c', script], {
    stdout: take,
    stderr: () => {},
    signal: AbortSignal.timeout(30_000),
  });
  const lines = output.split('\n').map((line) => line.trim());
  if (!lines.includes('done')) {
    throw new RegadmError(`cannot see the processes of pod ${REGISTRY_NAMESPACE}/${pod.name}`, {
      code: 'EXEC_FAILED',
      suggestions: ['try again'],
    });
  }
  return lines.filter((line) => /^\d+$/.test(line)).map(Number);
}

export interface PodIdentity {
  name: string;
  uid: string;
  containerId?: string;
}

const STOP_TRIES = 20;
const STOP_PAUSE_MS = 500;

/**
 * Ends a pruner that was started in a pod, and returns when it is certain that it runs no longer: no such process, no such
 * pod, or its container started anew. As a last resort the pod is deleted.
 * @throws RegadmError PRUNER_STILL_RUNNING
 */
export async function stopPruner(
  api: ClusterApi,
  identity: PodIdentity,
  onProgress: (text: string) => void,
): Promise<void> {
  let reason = 'it does not end';
  for (let attempt = 1; attempt <= STOP_TRIES; attempt++) {
    const pod = await existing(api, identity);
    if (!pod) return;
    try {
      const pids = await processes(api, pod, STOP_SCRIPT);
      if (pids.length === 0) return;
      onProgress(`waiting for the registry's pruner in pod ${pod.name} to end (process ${pids.join(', ')})`);
    } catch (error) {
      reason = messageOf(error);
      if (attempt >= 5) break;
    }
    await sleep(STOP_PAUSE_MS);
  }
  onProgress(`deleting pod ${identity.name}, in which the registry's pruner still runs`);
  await deletePod(api, identity, reason);
}

async function deletePod(api: ClusterApi, identity: PodIdentity, reason: string): Promise<void> {
  const path = `/api/v1/namespaces/${REGISTRY_NAMESPACE}/pods/${identity.name}`;
  const response = await api.request('DELETE', path, { body: { preconditions: { uid: identity.uid } } });
  if (![200, 202, 404, 409].includes(response.status))
    throw stillRunning(identity, `${reason}; ${apiError(response, 'the pod cannot be deleted').message}`);
  for (let waited = 0; waited < 120_000; waited += 1000) {
    if (!(await existing(api, identity))) return;
    await sleep(1000);
  }
  throw stillRunning(identity, reason);
}

/** The pod as it is now; undefined when it, or its container of then, is gone. */
async function existing(api: ClusterApi, { uid, containerId }: PodIdentity): Promise<RegistryPod | undefined> {
  const pod = (await listRegistryPods(api)).find((candidate) => candidate.uid === uid);
  return pod && containerId && pod.containerId && pod.containerId !== containerId ? undefined : pod;
}

function stillRunning({ name }: PodIdentity, reason: string): RegadmError {
  return new RegadmError(`the registry's pruner may still run in pod ${REGISTRY_NAMESPACE}/${name}: ${reason}`, {
    code: 'PRUNER_STILL_RUNNING',
    suggestions: [
      'the registry was left in read-only mode, since pushes would lose data; when the process has ended: regadm prune hard --recover',
    ],
  });
}

/**
 * A pod to run the pruner in: the named one, else any that is Running and Ready.
 * @throws RegadmError NO_REGISTRY_POD
 */
export async function pickPod(api: ClusterApi, name: string | undefined): Promise<RegistryPod> {
  const pods = await listRegistryPods(api);
  const pod = name === undefined ? pods.find(isUsable) : pods.find((candidate) => candidate.name === name);
  if (pod && isUsable(pod)) return pod;
  const seen = pods.map(
    (candidate) =>
      `${candidate.name} is ${candidate.terminating ? 'terminating' : candidate.phase}${candidate.ready ? '' : ', not ready'}`,
  );
  throw new RegadmError(
    name === undefined
      ? `no running and ready registry pod (label docker-registry=default in ${REGISTRY_NAMESPACE})`
      : `pod ${REGISTRY_NAMESPACE}/${name} is not a running and ready registry pod`,
    {
      code: 'NO_REGISTRY_POD',
      suggestions: [
        ...seen,
        "look at the operator: oc get clusteroperator image-registry; or prune the registry's volume with --storage DIR",
      ],
    },
  );
}

/** Cuts output into lines as it comes. */
class Lines {
  private rest = '';
  private readonly decoder = new TextDecoder();

  constructor(private readonly onLine: (line: string) => void) {}

  take(chunk: Buffer): void {
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) this.onLine(line.replace(/\r$/, ''));
  }

  end(): void {
    if (this.rest) this.onLine(this.rest);
    this.rest = '';
  }
}
