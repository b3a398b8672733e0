import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject, Sandbox } from '../../../src/sandbox/index.js';
import type { DockerRegistry, HttpResponse } from '../servers/docker-registry.js';
import type { Random } from './random.js';

const NAMESPACE = 'openshift-image-registry';

/** Time between two steps of a roll-out, in ms. */
const STEP_MS = 20;

/** The connection to a pod ended before its response. */
export class ConnectionLost extends Error {}

/** A registry pod of the sandbox with the process that it runs. */
export class ServingPod {
  /** True once its process has ended. */
  hasEnded = false;
  private open = 0;

  constructor(
    readonly uid: string,
    readonly name: string,
    private readonly registry: DockerRegistry,
  ) {}

  /** @throws ConnectionLost */
  async request(...[method, path, body, headers]: Parameters<DockerRegistry['request']>): Promise<HttpResponse> {
    if (this.hasEnded) throw new ConnectionLost(`pod ${this.name} has ended`);
    this.open++;
    try {
      return await this.registry.request(method, path, body, headers);
    } catch (error) {
      throw new ConnectionLost(`${method} ${path}: ${String(error)}`);
    } finally {
      this.open--;
    }
  }

  /** Stops all threads of the process for a time: it acts late on what it saw before. */
  async freeze(ms: number): Promise<void> {
    this.registry.signal('SIGSTOP');
    await sleep(ms);
    if (!this.hasEnded) this.registry.signal('SIGCONT');
  }

  /** Returns the end of what the process has logged about errors. */
  errors(): string {
    const lines = this.registry.log().split('\n');
    return lines
      .filter((line) => line.includes('level=error'))
      .slice(-3)
      .join('\n');
  }

  /** Waits at most a time for open requests, then kills the process. */
  async end(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    while (this.open > 0 && performance.now() < deadline) await sleep(5);
    this.hasEnded = true;
    await this.registry.stop();
  }
}

interface PodsOptions {
  /** Starts the process of a pod. */
  start(): Promise<DockerRegistry>;
  random: Random;
  /** Maximum time in ms that a terminating pod waits for open requests. */
  graceMs: number;
}

/**
 * Runs the roll-outs of a sandbox with real processes: a pod is ready when its process listens, and a terminating pod
 * exists until its process has ended. The sandbox needs `rolloutStepMs: 'manual'`.
 */
export class RegistryPods {
  private readonly serving = new Map<string, ServingPod>();
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();
  /** Number of processes that were started. */
  started = 0;

  private constructor(
    private readonly sandbox: Sandbox,
    private readonly options: PodsOptions,
  ) {}

  static async start(sandbox: Sandbox, options: PodsOptions): Promise<RegistryPods> {
    const pods = new RegistryPods(sandbox, options);
    await pods.follow();
    pods.running = pods.run();
    return pods;
  }

  /** Returns a pod that serves, as a client's connection gets it; now and then one that is being terminated. */
  async pick(): Promise<ServingPod> {
    const { random } = this.options;
    for (;;) {
      const isLate = random.chance(0.1);
      const usable = this.objects().filter((pod) => isReady(pod) && (isLate || !isTerminating(pod)));
      const pods = usable.flatMap(({ metadata }) => this.serving.get(metadata.uid!) ?? []);
      const pod = random.pick(pods.filter(({ hasEnded }) => !hasEnded));
      if (pod) return pod;
      if (this.isStopped) throw new ConnectionLost('the registry has been stopped');
      await sleep(STEP_MS);
    }
  }

  /** Replaces all pods, as another user can do at any time. */
  restart(): void {
    const deployment = this.sandbox.store.get('deployments', NAMESPACE, 'image-registry')!;
    const template = deployment.spec!.template as { metadata: object };
    const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString(), by: 'another-user' };
    const spec = { ...deployment.spec, template: { ...template, metadata: { ...template.metadata, annotations } } };
    const metadata = { ...deployment.metadata, generation: (deployment.metadata.generation ?? 0) + 1 };
    this.sandbox.store.put('deployments', { ...deployment, metadata, spec });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
    for (const pod of this.serving.values()) await pod.end(0);
    this.serving.clear();
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      this.sandbox.rollout.step();
      await this.follow();
      await sleep(STEP_MS);
    }
  }

  /** Starts and ends processes, so that each pod has one. */
  private async follow(): Promise<void> {
    const objects = this.objects();
    const { random, graceMs } = this.options;
    await Promise.all(
      objects.map(async (object) => {
        const uid = object.metadata.uid!;
        const pod = this.serving.get(uid);
        if (isTerminating(object)) await pod?.end(random.integer(0, graceMs));
        else if (!pod) this.serving.set(uid, await this.startPod(object));
      }),
    );
    const exists = new Set(objects.map(({ metadata }) => metadata.uid));
    for (const [uid, pod] of this.serving) {
      if (exists.has(uid)) continue;
      if (!pod.hasEnded) await pod.end(0);
      this.serving.delete(uid);
    }
  }

  private async startPod({ metadata }: KubeObject): Promise<ServingPod> {
    this.started++;
    return new ServingPod(metadata.uid!, metadata.name, await this.options.start());
  }

  private objects(): KubeObject[] {
    return this.sandbox.store
      .list('pods', NAMESPACE)
      .filter(({ metadata }) => metadata.labels?.['docker-registry'] === 'default');
  }
}

function isReady({ status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}
