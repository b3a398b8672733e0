import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { runCli, type CliOptions, type CliResult } from '../cli.js';
import { startDockerRegistry } from '../servers/docker-registry.js';
import { ClusterImages } from './cluster-images.js';
import { findBroken, type Findings } from './find-broken.js';
import { Pushers, type PushCounts } from './pushers.js';
import { Random } from './random.js';
import { RegistryPods } from './registry-pods.js';
import type { SoakStorage } from './storage.js';

interface SoakOptions {
  storage: SoakStorage;
  seed: number;
  /** Number of clients that push at the same time. */
  pushers: number;
  /** Maximum pause between two requests of a push, in ms: longer than the grace of the hard prunes. */
  pauseMs: number;
  maxImages: number;
  /** `host:port` of a Redis server for the cache of all registry processes. Default: each has one in memory. */
  redis?: string;
  /** Time of the API server; default: the real one. */
  now?: Date;
}

/** The counts of one hard prune. */
export type RoundSummary = Record<'marked' | 'unmarked' | 'trashed' | 'restored' | 'purged' | 'failed', number>;

type Report = { startedAt: string } & Record<string, unknown>;

/** Everything at once: nothing protects by its age, and what is in the trash is purged as soon as possible. */
export const ONLINE = [
  '--online',
  '--grace=0s',
  '--keep-blobs-younger-than=0',
  '--recheck-after=1s',
  '--trash-keep=0s',
];

/** A hard prune that deletes while clients push, as nobody should: it breaks images. */
export const UNSAFE = ['--read-only=skip', '--keep-blobs-younger-than=0'];

/** Pushes to real registry processes, with online hard prunes of their storage. */
export class OnlineSoak {
  /** Hard prunes that completed. */
  readonly rounds: RoundSummary[] = [];

  private constructor(
    readonly sandbox: Sandbox,
    readonly pods: RegistryPods,
    readonly cluster: ClusterImages,
    readonly random: Random,
    private readonly pushers: Pushers,
    private readonly options: SoakOptions,
  ) {}

  static async start(options: SoakOptions): Promise<OnlineSoak> {
    const { storage, seed, pushers, pauseMs, maxImages, redis, now } = options;
    const random = new Random(seed);
    const sandbox = await startSandbox({ operator: true, replicas: 2, rolloutStepMs: 'manual', now });
    if (redis !== undefined) cacheInRedis(sandbox);
    const start = (): ReturnType<typeof startDockerRegistry> =>
      startDockerRegistry({ ...storage.registry, redis, keepLog: true });
    const pods = await RegistryPods.start(sandbox, { start, random, graceMs: 500 });
    const cluster = new ClusterImages(sandbox);
    const clients = new Pushers(
      { pods, cluster, random, pauseMs, maxImages, isStored: (digest) => storage.isStored(digest) },
      pushers,
    );
    return new OnlineSoak(sandbox, pods, cluster, random, clients, options);
  }

  get counts(): PushCounts {
    return this.pushers.counts;
  }

  /** Waits until a number of pushes has been accepted. */
  async pushed(count: number): Promise<void> {
    while (this.counts.accepted < count) await sleep(20);
  }

  /** Runs a hard prune. Default: an online one that does everything as soon as possible. */
  async prune(options: CliOptions = {}, how = ONLINE): Promise<CliResult> {
    const result = await this.regadm([...how, '--confirm'], options);
    if (result.stdout !== '') this.note(JSON.parse(result.stdout) as Report);
    if (result.status === 0) this.rounds.push((JSON.parse(result.stdout) as { summary: RoundSummary }).summary);
    return result;
  }

  /** Records what a hard prune did to each digest. */
  private note({ startedAt, ...lists }: Report): void {
    for (const [list, items] of Object.entries(lists)) {
      if (!Array.isArray(items)) continue;
      for (const { digest, repository = '', status, reason = '' } of items as Record<string, string>[])
        if (digest) this.cluster.note(digest, `${list} of the run at ${startedAt}: ${repository} ${status} ${reason}`);
    }
  }

  /** Runs `prune hard` on the storage, with a JSON report. */
  regadm(args: string[], options: CliOptions = {}): Promise<CliResult> {
    const { redis, storage } = this.options;
    const { where, env } = storage;
    const cache = redis === undefined ? [] : [`--redis-url=redis://${redis}`];
    return runCli(['prune', 'hard', ...where, ...cache, '-o', 'json', ...args], {
      ...options,
      kubeconfig: this.sandbox.kubeconfig.admin,
      env: { ...env, ...options.env },
    });
  }

  /** Freezes processes of the registry now and then, until the signal aborts: what they do next, they do late. */
  async freezePods(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.random.integer(0, everyMs));
      await (await this.pods.pick()).freeze(this.random.integer(0, this.options.pauseMs));
    }
  }

  /** Waits until no client pushes. */
  stopPushers(): Promise<void> {
    return this.pushers.stop();
  }

  /** Checks every image that was accepted and not deleted since. */
  async findBroken(): Promise<Findings> {
    const { storage } = this.options;
    const registry = await startDockerRegistry(storage.registry);
    try {
      return await findBroken(this.cluster, registry, storage);
    } finally {
      await registry.stop();
    }
  }

  async stop(): Promise<void> {
    await this.pods.stop();
    await this.sandbox.stop();
  }
}

/** Changes the registry's Deployment so that it states a cache in Redis, and replaces its pods. */
function cacheInRedis({ store, rollout }: Sandbox): void {
  const deployment = store.get('deployments', 'openshift-image-registry', 'image-registry')!;
  const { spec } = deployment.spec!.template as { spec: { containers: { env: { name: string; value: string }[] }[] } };
  const setting = spec.containers[0]!.env.find(({ name }) => name === 'REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR')!;
  setting.value = 'redis';
  const metadata = { ...deployment.metadata, generation: (deployment.metadata.generation ?? 0) + 1 };
  store.put('deployments', { ...deployment, metadata });
  rollout.finish();
}
