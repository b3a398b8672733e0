import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { ApiError, hasServerFailed, isForbidden } from '../cluster/api-error.js';
import type { ObjectReference } from '../cluster/objects.js';
import { hasNoLog, hasPodGone, readContainerLog } from '../cluster/pod-log.js';
import { PODS } from '../cluster/resources.js';
import { withRetry } from '../kit/retry.js';
import type { Reporter } from '../kit/reporter.js';
import { hasCode, messageOf, RegadmError, withAdvice } from '../model/errors.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import type { Period } from '../model/pulls.js';
import { managementState, readConfigIfAllowed, REMOVED } from '../operator/config.js';
import { listRegistryPodObjects } from '../operator/pods.js';
import { podsCoverage, type PodLogPeriods } from './coverage.js';
import { readLog, type LogReading } from './read-files.js';

/** Maximum attempts to read a log. */
const TRIES = 3;
const CONTAINER = 'registry';
const GRANT = `oc adm policy add-role-to-user view USER -n ${REGISTRY_NAMESPACE}`;
const ASK = `reading logs needs the permission to get pods/log in namespace ${REGISTRY_NAMESPACE}; ask for the role view there: ${GRANT}`;

interface PodsReading extends LogReading {
  reporter: Reporter;
  since?: number;
}

/**
 * Reads the logs of all registry pods, of their current and of their previous containers.
 * @returns for which periods they are complete
 * @throws RegadmError REGISTRY_REMOVED, NO_REGISTRY_PODS, FORBIDDEN, API_UNREACHABLE; ApiError
 */
export async function readPodLogs(api: ClusterApi, reading: PodsReading): Promise<Period[]> {
  const { reporter, signal } = reading;
  const pods = await listRegistryPodObjects(api, signal).catch((error: unknown) => {
    throw isForbidden(error) ? withAdvice(error as RegadmError, [ASK]) : error;
  });
  if (pods.length === 0) throw await noPods(api, signal);
  reporter.phase('reading the logs of the registry', pods.length);
  const logs: PodLogPeriods[] = [];
  let isComplete = true;
  for (const pod of pods) {
    try {
      const previous = await readPrevious(api, pod, reading);
      const current = await readContainer(api, pod, { previous: false, reading });
      if (previous || current) logs.push({ previous, current, startedAt: startOf(pod) });
      else if (pod.status?.phase === 'Running') {
        isComplete = false;
        reporter.warning(`the log of pod ${pod.metadata.name} is empty, so that no period is known to be complete`);
      }
    } catch (error) {
      if (!hasPodGone(error)) throw explain(error, pod);
      isComplete = false;
      reporter.warning(
        `pod ${pod.metadata.name} ended while its log was read, so that no period is known to be complete: run the command again (${messageOf(error)})`,
      );
    }
    reporter.tick();
  }
  return isComplete ? podsCoverage(logs) : [];
}

/** Reads the log of the container before the current one. Without it, the current one can still be complete. */
async function readPrevious(api: ClusterApi, pod: KubeObject, reading: PodsReading): Promise<Period | undefined> {
  try {
    return await readContainer(api, pod, { previous: true, reading });
  } catch (error) {
    if (!(error instanceof ApiError) || isForbidden(error)) throw error;
    // If the pod has ended, its current log shows that.
    if (!hasPodGone(error))
      reading.reporter.warning(
        `the log of the previous container of pod ${pod.metadata.name} is not counted: ${error.message}`,
      );
    return undefined;
  }
}

/** Reads one log. Lines of an attempt that failed are read again, which changes nothing. */
async function readContainer(
  api: ClusterApi,
  pod: KubeObject,
  { previous, reading }: { previous: boolean; reading: PodsReading },
): Promise<Period | undefined> {
  const { collector, since, signal } = reading;
  const target: ObjectReference = { resource: PODS, namespace: REGISTRY_NAMESPACE, name: pod.metadata.name };
  const source = `${previous ? 'previous log of ' : ''}pod ${pod.metadata.name}`;
  const once = async (): Promise<void> => {
    const chunks = readContainerLog(api, target, { container: CONTAINER, previous, since, signal });
    await readLog(chunks, source, reading);
  };
  try {
    await withRetry(once, {
      tries: TRIES,
      signal,
      retryAfter: (outcome) => ('error' in outcome && isTransient(outcome.error) ? 0 : undefined),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (hasNoLog(error)) return undefined;
    throw error;
  }
  return collector.sources.get(source);
}

/** Errors of the connection are worth another attempt; what the server refuses is not. */
function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return hasServerFailed(error);
  return !(error instanceof RegadmError) || hasCode(error, 'API_UNREACHABLE');
}

function explain(error: unknown, pod: KubeObject): unknown {
  if (isForbidden(error)) return withSuggestion(error as ApiError);
  if (error instanceof RegadmError) return error;
  return new RegadmError(`cannot read the log of pod ${REGISTRY_NAMESPACE}/${pod.metadata.name}: ${messageOf(error)}`, {
    code: 'API_UNREACHABLE',
    cause: error,
  });
}

/** Replaces the advice to ask for the role of pruners, which may not read logs. */
function withSuggestion({ message }: ApiError): RegadmError {
  return new RegadmError(message, { code: 'FORBIDDEN', suggestions: [ASK] });
}

async function noPods(api: ClusterApi, signal: AbortSignal): Promise<RegadmError> {
  const { config } = await readConfigIfAllowed(api, signal);
  const suggestions = ['read logs of a log store instead: --logs FILE'];
  if (config && managementState(config) === 'Removed')
    return new RegadmError(`${REMOVED}: it has no pods, and no logs`, { code: 'REGISTRY_REMOVED', suggestions });
  return new RegadmError(`the registry has no pods (label docker-registry=default in ${REGISTRY_NAMESPACE})`, {
    code: 'NO_REGISTRY_PODS',
    suggestions,
  });
}

/** Returns when the current container of a pod started, in ms since the epoch. */
function startOf({ status }: KubeObject): number | undefined {
  const { containerStatuses } = (status ?? {}) as {
    containerStatuses?: { name?: string; state?: { running?: { startedAt?: string } } }[];
  };
  const started = Date.parse(
    containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.running?.startedAt ?? '',
  );
  return Number.isNaN(started) ? undefined : started;
}
