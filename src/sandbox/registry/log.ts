import { badRequest } from '../api/status.js';
import type { Store } from '../api/store.js';
import { textResponse, type SandboxRequest, type SandboxResponse } from '../http/response.js';
import { isReady, registryPods } from '../operator/pods.js';
import { REGISTRY_NAMESPACE } from '../names.js';
import type { KubeObject } from '../../core/model/kube.js';

/** Maximum number of lines that are kept of a pod. */
const MAX_LINES = 10_000;
const CONTAINER = 'registry';

/** Which part of the log of a pod is requested. */
interface PodLogQuery {
  namespace: string;
  name: string;
  container?: string;
  previous: boolean;
  timestamps: boolean;
  /** RFC 3339. */
  sinceTime?: string;
}

interface Line {
  /** RFC 3339. */
  time: string;
  text: string;
}

/** Writes the logs of the registry's pods as the registry does at the log level `info`. */
export class RegistryLog {
  /** By UID of the pod. */
  private readonly lines = new Map<string, Line[]>();

  constructor(private readonly store: Store) {}

  /** Logs a request of the registry in the first pod that is ready. */
  record({ method, url, headers }: SandboxRequest, status: number): void {
    const pod = registryPods(this.store).find(isReady);
    if (!pod) return;
    const time = this.store.timestamp();
    const userAgent = headers['user-agent'];
    const fields: [string, string][] = [
      ['time', time],
      ['level', status < 400 ? 'info' : 'error'],
      ['msg', status < 400 ? 'response completed' : 'response completed with error'],
      ['http.request.method', method],
      ['http.request.uri', url],
      ['http.request.useragent', String(userAgent ?? '')],
      ['http.response.status', String(status)],
    ];
    this.add(pod, { time, text: fields.map(([name, value]) => `${name}=${quoted(value)}`).join(' ') });
  }

  /**
   * Answers a log request for a pod of the registry.
   * @returns undefined for any other pod
   * @throws ApiStatus 400 if there is no such log
   */
  log({ namespace, name, container, previous, timestamps, sinceTime }: PodLogQuery): SandboxResponse | undefined {
    if (namespace !== REGISTRY_NAMESPACE) return undefined;
    const pod = registryPods(this.store).find(({ metadata }) => metadata.name === name);
    if (!pod) return undefined;
    if (container !== undefined && container !== CONTAINER)
      throw badRequest(`container ${container} is not valid for pod ${name}`);
    // The simulated containers never restart.
    if (previous) throw badRequest(`previous terminated container "${CONTAINER}" in pod "${name}" not found`);
    const started = startOf(pod);
    if (started === undefined)
      throw badRequest(`container "${CONTAINER}" in pod "${name}" is waiting to start: ContainerCreating`);
    const first = `time="${started}" level=info msg="listening on :5000, tls"`;
    const since = sinceTime === undefined ? -Infinity : Date.parse(sinceTime);
    const lines = [{ time: started, text: first }, ...(this.lines.get(pod.metadata.uid!) ?? [])];
    const text = lines
      .filter(({ time }) => Date.parse(time) >= since)
      .map((line) => `${timestamps ? `${line.time} ` : ''}${line.text}\n`)
      .join('');
    return textResponse(text);
  }

  private add(pod: KubeObject, line: Line): void {
    const uid = pod.metadata.uid!;
    const lines = this.lines.get(uid) ?? [];
    lines.push(line);
    if (lines.length > MAX_LINES) lines.splice(0, lines.length / 2);
    this.lines.set(uid, lines);
  }
}

/** Quotes a value as the registry's logger does. */
function quoted(value: string): string {
  return /^[\w./@^+-]+$/.test(value) ? value : JSON.stringify(value);
}

/** Returns when the container of a pod started, RFC 3339; undefined if it has not. */
function startOf({ status, metadata }: KubeObject): string | undefined {
  const { containerStatuses } = (status ?? {}) as {
    containerStatuses?: { name?: string; state?: { running?: { startedAt?: string } } }[];
  };
  const running = containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.running;
  if (running) return running.startedAt;
  return status?.phase === 'Running' ? metadata.creationTimestamp : undefined;
}
