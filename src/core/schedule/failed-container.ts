import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { listObjects } from '../cluster/objects.js';
import { PODS } from '../cluster/resources.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { listOf } from '../model/values/json.js';
import type { FailedContainer, Run } from './report.js';

/** Maximum length of the message of a container. */
const SHOWN = 300;

interface Terminated {
  exitCode?: number;
  reason?: string;
  message?: string;
}

interface ContainerStatus {
  name?: string;
  state?: { terminated?: Terminated };
  lastState?: { terminated?: Terminated };
}

/** Adds to each failed run which container failed, if its newest pod still exists. @throws ApiError */
export async function withFailedContainers(
  api: ClusterApi,
  runs: Run[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<Run[]> {
  const failed = runs.filter(({ status }) => status === 'failed').map(({ name }) => name);
  if (failed.length === 0) return runs;
  const labelSelector = `job-name in (${failed.join(',')})`;
  const pods = await listObjects(api, PODS, { namespace: REGISTRY_NAMESPACE, labelSelector, signal });
  return runs.map((run) => {
    const failedContainer = run.status === 'failed' ? failedContainerOf(podsOf(run, pods)) : undefined;
    return failedContainer ? { ...run, failedContainer } : run;
  });
}

/** Returns the pods of a run, newest first. */
function podsOf({ name }: Run, pods: KubeObject[]): KubeObject[] {
  const created = ({ metadata }: KubeObject): string => metadata.creationTimestamp ?? '';
  return pods
    .filter(({ metadata }) => metadata.labels?.['job-name'] === name)
    .sort((a, b) => created(b).localeCompare(created(a)));
}

function failedContainerOf([pod]: KubeObject[]): FailedContainer | undefined {
  const statuses = ['initContainerStatuses', 'containerStatuses'].flatMap((field) =>
    listOf<ContainerStatus>(pod?.status?.[field]),
  );
  for (const { name, state, lastState } of statuses) {
    const { exitCode, reason, message } = state?.terminated ?? lastState?.terminated ?? {};
    if (name === undefined || !exitCode) continue;
    return { name, exitCode, reason, message: message === undefined ? undefined : lineOf(message) };
  }
  return undefined;
}

/** Returns the line of a log that says most: the last error, otherwise the last line. */
function lineOf(log: string): string | undefined {
  const lines = log
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.findLast((each) => each.startsWith('error: ')) ?? lines.at(-1);
  return line !== undefined && line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
