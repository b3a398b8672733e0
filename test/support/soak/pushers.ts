import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterImages } from './cluster-images.js';
import { anImage, anIndex, blobsOf, content, type Content, type ImageContent } from './contents.js';
import { BlobUnknown, LinkHalfWritten, PushClient, UploadLost } from './push-client.js';
import type { Random } from './random.js';
import { ConnectionLost, type RegistryPods, type ServingPod } from './registry-pods.js';

/** What the clients noticed. */
export interface PushCounts {
  /** Pushes that were accepted: the manifest is stored, and the Image object exists. */
  accepted: number;
  /** Images that were created through the API alone. */
  mapped: number;
  /** Manifests that were refused because a blob was unknown. A retry succeeded. */
  refused: number;
  /** Connections that ended with a pod, or a frozen one. */
  connectionsLost: number;
  /** Uploads that had to be started again. */
  uploadsLost: number;
  /** Manifests that were refused because the registry was about to write a link again. */
  linksHalfWritten: number;
  /** Pulls directly after a push. */
  pulls: number;
  /** Those that failed, of images that were not deleted since: a blob was in the trash, or its link was removed. */
  pullsFailed: number;
  /** What no client should see. */
  unexpected: string[];
}

interface PushersOptions {
  pods: RegistryPods;
  cluster: ClusterImages;
  random: Random;
  /** Maximum pause between two requests of a push, in ms; most have none. */
  pauseMs: number;
  /** Images are deleted when there are more. */
  maxImages: number;
  /** Returns whether a blob is in its place in the storage. */
  isStored(digest: string): Promise<boolean>;
}

const REPOSITORIES = ['dev/app', 'dev/web', 'test/app', 'prod/app', 'prod/web', 'prod/db'];
const BASES = Array.from({ length: 5 }, (_, at) => content(`base layer ${at} ${'x'.repeat(500)}`));

/**
 * Maximum time in ms that a request to the API server takes. It has its effect also if its pod ends meanwhile, so it
 * must be shorter than the wait before a recheck.
 */
const IN_FLIGHT_MS = 500;

/** Maximum attempts of a push. A restart of the registry ends what a cache causes. */
const ATTEMPTS = 200;
const RETRY_MS = 100;

/** Clients that push, delete and push again until they are stopped. */
export class Pushers {
  readonly counts: PushCounts = {
    accepted: 0,
    mapped: 0,
    refused: 0,
    connectionsLost: 0,
    uploadsLost: 0,
    linksHalfWritten: 0,
    pulls: 0,
    pullsFailed: 0,
    unexpected: [],
  };
  private isStopped = false;
  private readonly running: Promise<void>[];
  private readonly client: PushClient;
  private made = 0;

  constructor(
    private readonly options: PushersOptions,
    pushers: number,
  ) {
    const pause = (): Promise<void> => this.pause();
    this.client = new PushClient(options.pods, options.random, pause, (...accepted) => this.accept(...accepted));
    this.running = Array.from({ length: pushers }, () => this.run());
  }

  /** Waits until every client has completed its push. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.running);
  }

  private async run(): Promise<void> {
    const { random, cluster } = this.options;
    while (!this.isStopped) {
      const repository = random.pick(REPOSITORIES)!;
      if (random.chance(0.1)) await this.map();
      else await this.pushUntilAccepted(...this.choose(repository));
      while (cluster.accepted.size > this.options.maxImages) cluster.delete(random.pick([...cluster.accepted.keys()])!);
      if (random.chance(0.004)) cluster.deleteStream(repository);
    }
  }

  /** Chooses what to push: new images, some with layers of orphans, orphans again, and indexes. */
  private choose(repository: string): [repository: string, image: ImageContent, from?: string] {
    const { random, cluster } = this.options;
    const orphan = random.pick([...cluster.deleted.values()]);
    const kind = random.next();
    if (orphan && kind < 0.3) return [random.chance(0.7) ? orphan.repository : repository, orphan.image];
    if (orphan && kind < 0.5) return [repository, this.newImage(orphan.image.layers), orphan.repository];
    if (kind < 0.6) {
      const { image = undefined, repositories = [] } = random.pick([...cluster.accepted.values()]) ?? {};
      return [repository, this.newImage(image?.layers ?? []), [...repositories][0]];
    }
    if (kind < 0.7) {
      const reused = orphan && orphan.image.children.length === 0 ? [orphan.image] : [];
      return [repository, anIndex([this.newImage([]), ...reused])];
    }
    return [repository, this.newImage([])];
  }

  private newImage(shared: Content[]): ImageContent {
    const { random } = this.options;
    const own = Array.from({ length: random.integer(1, 3) }, () => content(`layer ${++this.made} ${random.next()}`));
    const layers = [...(random.chance(0.5) ? [random.pick(BASES)!] : []), ...shared.slice(0, 3), ...own];
    return anImage([...new Map(layers.map((layer) => [layer.digest, layer])).values()], {
      isOci: random.chance(0.5),
      author: `author ${++this.made} ${random.next()}`,
    });
  }

  /** Creates the Image object of an orphan whose blobs are all stored, as an ImageStreamMapping does. */
  private async map(): Promise<void> {
    const { random, cluster, isStored } = this.options;
    const orphan = random.pick([...cluster.deleted.values()]);
    if (!orphan || orphan.image.children.length > 0) return sleep(1);
    const { image, repository } = orphan;
    for (const { digest } of [image, ...blobsOf(image)]) if (!(await isStored(digest))) return;
    if (cluster.accepted.has(image.digest)) return;
    cluster.accept({ repository, image, isMapped: true });
    this.counts.mapped++;
  }

  private async pushUntilAccepted(repository: string, image: ImageContent, from?: string): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        await this.push(repository, image, from);
        return await this.pullSometimes(repository, image);
      } catch (error) {
        this.count(error);
        await sleep(RETRY_MS);
      }
    }
    this.counts.unexpected.push(`${repository}@${image.digest} was not accepted in ${ATTEMPTS} attempts`);
  }

  private async push(repository: string, image: ImageContent, from?: string): Promise<void> {
    for (const child of image.children) await this.push(repository, child, from);
    for (const blob of blobsOf(image)) {
      const mount = this.options.random.chance(0.5) ? from : undefined;
      if (mount !== undefined || !(await this.client.has(repository, blob)))
        await this.client.upload(repository, blob, mount);
    }
    await this.client.manifest(repository, image);
  }

  /** What the integrated registry does with a stored manifest: no later than its process ends. */
  private async accept(pod: ServingPod, repository: string, image: ImageContent): Promise<void> {
    const { random, cluster } = this.options;
    cluster.note(image.digest, `stored in ${repository}`);
    if (random.chance(0.1)) await sleep(random.integer(0, this.options.pauseMs));
    if (pod.hasEnded) throw new ConnectionLost('the pod ended before it created the Image object');
    if (random.chance(0.3)) await sleep(random.integer(0, IN_FLIGHT_MS));
    cluster.accept({ repository, image });
    this.counts.accepted++;
    if (pod.hasEnded || random.chance(0.05)) throw new ConnectionLost('the response was lost');
  }

  private async pullSometimes(repository: string, image: ImageContent): Promise<void> {
    if (!this.options.random.chance(0.2)) return;
    this.counts.pulls++;
    const problems = await this.client.pull(repository, image);
    if (problems.length > 0 && this.options.cluster.accepted.has(image.digest)) this.counts.pullsFailed++;
  }

  private async pause(): Promise<void> {
    const { random, pauseMs } = this.options;
    if (random.chance(0.03)) await sleep(random.integer(0, pauseMs));
  }

  private count(error: unknown): void {
    const { counts } = this;
    if (error instanceof BlobUnknown) counts.refused++;
    else if (error instanceof ConnectionLost) counts.connectionsLost++;
    else if (error instanceof UploadLost) counts.uploadsLost++;
    else if (error instanceof LinkHalfWritten) counts.linksHalfWritten++;
    else counts.unexpected.push(String(error));
  }
}
