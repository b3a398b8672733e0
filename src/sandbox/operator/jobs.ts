import { textResponse, type SandboxResponse, type ResponseStream } from '../http/response.js';
import type { Faults } from '../http/faults.js';
import { badRequest } from '../api/status.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../../core/model/kube.js';
import { condition, hasCondition } from './conditions.js';
import {
  advanceInitContainers,
  containerName,
  INIT_LOG,
  initContainerEnded,
  isInitializing,
} from './init-containers.js';
import { containerStatuses } from './pods.js';

/** Log of a job, as `oc adm prune images` prints it. */
const LOG = [
  'Deleted 2 objects out of 14 image streams checked',
  'Deleting image sha256:0b2d4c7f8e1a3b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c',
  'Summary: deleted 1 images, updated 1 image streams with 1 image stream tag items, deleted 3 layer links, deleted 1 manifest links, deleted 4 blobs',
];

interface LogSource {
  namespace: string;
  name: string;
  /** Default: the first container that is not an init container. */
  container?: string;
}

interface LogRequest extends LogSource {
  follow: boolean;
}

/** Simulates the controller of jobs: creates the pod of a job, writes its log line by line, and completes it. */
export class Jobs {
  private readonly logs = new Map<string, string[]>();
  private readonly adopted: [namespace: string, name: string][] = [];
  private readonly followers = new Set<() => void>();

  constructor(
    private readonly store: Store,
    private readonly faults: Faults,
  ) {}

  /**
   * Runs a job that was created while the sandbox runs. Jobs that already have a status, as in given clusters, are not
   * changed.
   */
  adopt(job: KubeObject): void {
    if (job.status === undefined) this.adopted.push([job.metadata.namespace ?? 'default', job.metadata.name]);
  }

  /** Moves every unfinished job to its next state. @returns false if none is left */
  step(): boolean {
    const open = this.adopted.map(([namespace, name]) => this.store.get('jobs', namespace, name));
    const jobs = open.filter((job): job is KubeObject => job !== undefined && !isFinished(job));
    const waiting = jobs.filter((job) => job.status === undefined && job.spec?.suspend !== true);
    const running = jobs.filter((job) => job.status !== undefined && this.podOf(job));
    for (const job of waiting) this.start(job);
    for (const job of running) this.advance(job);
    return waiting.length + running.length > 0;
  }

  /**
   * Answers a log request.
   * @returns undefined if the pod does not exist
   * @throws ApiStatus 400 if it has no such container, or if the container waits for init containers
   */
  log({ namespace, name, container, follow }: LogRequest): SandboxResponse | undefined {
    const pod = this.store.get('pods', namespace, name);
    if (!pod) return undefined;
    if (container !== undefined && !containerName(pod, container))
      throw badRequest(`container ${container} is not valid for pod ${name}`);
    if (isInitializing(pod, container)) {
      const waiting = containerName(pod, container);
      throw badRequest(`container "${waiting}" in pod "${name}" is waiting to start: PodInitializing`);
    }
    const source = { namespace, name, container };
    if (!follow)
      return textResponse(
        this.linesOf(source)
          .map((line) => `${line}\n`)
          .join(''),
      );
    return { status: 200, headers: { 'content-type': 'text/plain' }, stream: (out) => this.follow(source, out) };
  }

  /** Sets the log of a pod that does not belong to a job. */
  setLog(namespace: string, name: string, lines: string[]): void {
    this.logs.set(`${namespace}/${name}`, lines);
  }

  stop(): void {
    this.followers.clear();
  }

  private follow(source: LogSource, out: ResponseStream): void {
    let written = 0;
    const writeNew = (): void => {
      const lines = this.linesOf(source);
      for (; written < lines.length; written++) out.write(`${lines[written]}\n`);
      if (!this.hasEnded(source)) return;
      this.followers.delete(writeNew);
      out.end();
    };
    this.followers.add(writeNew);
    out.closed.addEventListener('abort', () => void this.followers.delete(writeNew));
    writeNew();
  }

  private linesOf({ namespace, name, container }: LogSource): string[] {
    const pod = this.store.get('pods', namespace, name);
    const ended = pod && initContainerEnded(pod, container);
    if (ended !== undefined) return ended ? INIT_LOG : [];
    return this.logs.get(`${namespace}/${name}`) ?? [];
  }

  private hasEnded({ namespace, name, container }: LogSource): boolean {
    const pod = this.store.get('pods', namespace, name);
    const phase = pod?.status?.phase;
    return (pod && initContainerEnded(pod, container)) ?? (phase !== 'Running' && phase !== 'Pending');
  }

  private podOf(job: KubeObject): KubeObject | undefined {
    return this.store.get('pods', job.metadata.namespace ?? 'default', `${job.metadata.name}-x7k2p`);
  }

  private start(job: KubeObject): void {
    const { name, namespace = 'default', uid } = job.metadata;
    const template = (job.spec?.template ?? {}) as {
      metadata?: { labels?: Record<string, string> };
      spec?: Record<string, unknown>;
    };
    this.store.put('pods', {
      metadata: {
        name: `${name}-x7k2p`,
        namespace,
        labels: {
          ...template.metadata?.labels,
          'job-name': name,
          'batch.kubernetes.io/job-name': name,
          'controller-uid': uid,
        },
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true }],
      },
      spec: template.spec ?? {},
      status: { phase: 'Pending' },
    });
    this.logs.set(`${namespace}/${name}-x7k2p`, []);
    this.store.put('jobs', { ...job, status: { active: 1, startTime: this.store.timestamp() } });
  }

  private advance(job: KubeObject): void {
    const pod = this.podOf(job)!;
    const log = this.logs.get(`${pod.metadata.namespace}/${pod.metadata.name}`)!;
    const initializing = pod.status?.phase === 'Pending' && advanceInitContainers(pod, this.store.timestamp());
    if (initializing) this.store.put('pods', initializing);
    else if (pod.status?.phase === 'Pending') this.setPhase(pod, 'Running');
    else if (log.length < LOG.length) log.push(LOG[log.length]!);
    else this.end(job, pod, log);
    for (const follower of [...this.followers]) follower();
  }

  private end(job: KubeObject, pod: KubeObject, log: string[]): void {
    const failed = this.faults.has('job-fails');
    if (failed) log.push('error: timed out waiting for the registry');
    this.setPhase(pod, failed ? 'Failed' : 'Succeeded');
    const now = this.store.timestamp();
    const outcome = condition(failed ? 'Failed' : 'Complete', true, { lastTransitionTime: now });
    const counts = failed ? { failed: 1 } : { succeeded: 1, completionTime: now };
    this.store.put('jobs', {
      ...job,
      status: { startTime: job.status?.startTime, ...counts, conditions: [outcome] },
    });
  }

  private setPhase(pod: KubeObject, phase: string): void {
    const ready = phase === 'Running';
    const state = ready ? { running: {} } : { terminated: { exitCode: phase === 'Failed' ? 1 : 0 } };
    const { initContainerStatuses } = pod.status ?? {};
    const status = { phase, initContainerStatuses, containerStatuses: containerStatuses(pod, { ready, state }) };
    this.store.put('pods', { ...pod, status });
  }
}

function isFinished(job: KubeObject): boolean {
  return hasCondition(job, 'Complete') || hasCondition(job, 'Failed');
}
