import type { Faults } from '../http/faults.js';
import { CronJobs } from './cron-jobs.js';
import { GarbageCollector } from './garbage-collector.js';
import { updatePrunerCronJob } from './image-pruner.js';
import { Jobs } from './jobs.js';
import { diskReport } from './disk-report.js';
import { Kubelet } from './kubelet.js';
import { operatorConditions } from './status.js';
import { operatorObjects } from './objects.js';
import { isReadOnly, registryConfig, registryDeployment, registryTemplate } from './deployment.js';
import { isReady, isTerminating, registryPods } from './pods.js';
import { Rollout } from './rollout.js';
import { REGISTRY_NAMESPACE } from '../names.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../../core/model/kube.js';
import type { RolloutControl, SandboxOptions } from '../types.js';

/** Default time between two steps, in ms. */
const STEP_MS = 5;

/**
 * Simulates the image registry operator, the controllers of Deployments and jobs, the garbage collector and the
 * kubelet, step by step.
 */
export class Operator implements RolloutControl {
  readonly jobs: Jobs;
  private readonly cronJobs: CronJobs | undefined;
  private readonly rollout: Rollout;
  private readonly listeners: (() => void)[] = [];
  private readonly managed: boolean;
  private readonly kubelet: Kubelet;
  private readonly collector: GarbageCollector;
  /** Cached, because every request to the registry reads it; cleared when a pod changes. */
  private modes: boolean[] | undefined;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly store: Store,
    private readonly faults: Faults,
    private readonly options: SandboxOptions,
  ) {
    this.rollout = new Rollout(store, faults);
    this.jobs = new Jobs(store, faults);
    const { cronJobs } = options;
    const clock = cronJobs === true ? { now: store.now, after: unreferenced } : cronJobs;
    if (clock) this.cronJobs = new CronJobs(store, clock);
    this.managed =
      options.operator ?? (options.cluster === undefined || !!options.sample || 'configs' in options.cluster);
    const report = (path: string): string[] => diskReport(path, !faults.has('not-mounted'));
    this.kubelet = new Kubelet(store, report, (namespace, name, lines) => this.jobs.setLog(namespace, name, lines));
    this.collector = new GarbageCollector(store);
    faults.onChange(() => this.schedule());
    store.subscribe((event) => {
      if (event.definition.resource === 'pods') this.modes = undefined;
    });
  }

  /** Returns whether the registry depends on its pods. Without an operator it is always online. */
  managesRegistry(): boolean {
    return this.managed;
  }

  /** Calls `listener` when a pod has changed. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Creates the Config and the other objects of the operator. */
  install(host: string): void {
    this.store.put('configs', registryConfig(this.options));
    for (const [resource, objects] of Object.entries(operatorObjects(host))) {
      for (const object of objects) this.store.put(resource, object);
    }
  }

  /** Completes the first roll-out, then reacts to changes. */
  start(): void {
    if (this.managed) {
      // The first roll-out succeeds even if later ones must not.
      this.faults.withoutSwitch('rollout-stuck', () => this.finish());
    }
    this.unsubscribe = this.store.subscribe((event) => {
      if (event.definition.resource === 'imagepruners' && event.type === 'MODIFIED')
        updatePrunerCronJob(this.store, event.object);
      if (event.definition.resource === 'jobs' && event.type === 'ADDED') this.jobs.adopt(event.object);
      if (event.definition.resource === 'pods' && event.type === 'ADDED') this.kubelet.adopt(event.object);
      if (event.definition.resource === 'pods') this.listeners.forEach((listener) => listener());
      this.schedule();
    });
    this.schedule();
    this.cronJobs?.start();
  }

  stop(): void {
    this.stopped = true;
    this.cronJobs?.stop();
    clearTimeout(this.timer);
    this.unsubscribe?.();
    this.jobs.stop();
  }

  /** Returns for each ready pod whether it is in read-only mode. */
  readyModes(): boolean[] {
    this.modes ??= registryPods(this.store)
      .filter((pod) => isReady(pod) && !isTerminating(pod))
      .map((pod) => isReadOnly(pod.spec));
    return this.modes;
  }

  step(): boolean {
    const operated = this.managed && (this.reconcile() || this.rollout.step() || this.writeStatus());
    const worked = this.jobs.step();
    const counted = this.cronJobs?.step() ?? false;
    const started = this.kubelet.step();
    const collected = this.collector.step();
    return operated || worked || counted || started || collected;
  }

  finish(): void {
    while (this.step());
  }

  private schedule(): void {
    const every = this.options.rolloutStepMs ?? STEP_MS;
    if (every === 'manual' || this.timer || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.step()) this.schedule();
    }, every);
  }

  private config(): KubeObject | undefined {
    return this.store.find(this.store.resource('configs'), undefined, 'cluster');
  }

  /** Updates the Deployment to match the Config. */
  private reconcile(): boolean {
    const config = this.config();
    const state = config?.spec?.managementState;
    if (!config || (state !== 'Managed' && state !== 'Removed')) return false;
    const deployment = this.rollout.deployment();
    if (state === 'Removed')
      return deployment !== undefined && this.store.remove('deployments', REGISTRY_NAMESPACE, deployment.metadata.name);
    const readOnly = config.spec?.readOnly === true;
    if (!deployment) {
      this.store.put('deployments', registryDeployment(config));
      return true;
    }
    const template = deployment.spec?.template as { metadata: { annotations?: Record<string, string> }; spec: unknown };
    const replicas = Number(config.spec?.replicas ?? 1);
    if (isReadOnly(template.spec) === readOnly && deployment.spec?.replicas === replicas) return false;
    const spec = { ...deployment.spec, replicas, template: registryTemplate(config, template.metadata.annotations) };
    const metadata = { ...deployment.metadata, generation: (deployment.metadata.generation ?? 0) + 1 };
    this.store.put('deployments', { ...deployment, metadata, spec });
    this.writeStatus();
    return true;
  }

  /** Writes the operator's conditions into the status of the Config. */
  private writeStatus(): boolean {
    const config = this.config();
    if (!config || config.spec?.managementState === 'Unmanaged') return false;
    const ready = this.readyModes().length;
    const status = {
      ...config.status,
      observedGeneration: config.metadata.generation,
      readyReplicas: ready,
      conditions: operatorConditions({
        readyPods: ready,
        complete: this.rollout.isComplete(),
        removed: config.spec?.managementState === 'Removed',
        degraded: this.faults.has('degraded'),
      }),
    };
    if (JSON.stringify(status) === JSON.stringify(config.status)) return false;
    this.store.put('configs', { ...config, status });
    return true;
  }
}

/** Starts a timer that does not keep the process running. */
function unreferenced(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}
