import { createCipheriv, createHash } from 'node:crypto';
import type { KubeObject } from '../../core/model/kube.js';
import type { LoadContext } from '../load-context.js';
import { pushContent } from '../registry/push.js';
import { newStream } from '../registry/streams.js';
import type { PushContent } from '../types.js';

const HOUR = 3_600_000;
const EPOCH = Date.parse('2026-01-01T00:00:00Z');
/** One day, in hours. */
export const DAY = 24;

/** Revisions of one tag. */
interface Revisions {
  repository: string;
  tag: string;
  /** Age of each revision, in hours. */
  ages: number[];
  /** Layers that all revisions share. */
  base: Buffer[];
  /** Size of the layer that each revision has of its own. */
  bytes?: number;
}

interface SamplePod {
  /** Age, in hours. */
  hours: number;
  image: string;
  /** Added to the spec with the container. */
  spec?: object;
  /** Added to the phase Running. */
  status?: object;
}

/** Builds the sample data: pushes, their ages, and the objects that use them. */
export class SampleBuilder {
  constructor(readonly context: LoadContext) {}

  /** Returns the time `hours` ago, RFC 3339. */
  ago(hours: number): string {
    const now = Date.parse(this.context.store.timestamp());
    return `${new Date(now - hours * HOUR).toISOString().slice(0, 19)}Z`;
  }

  /** Creates an empty stream; by default so old that its age does not protect it. */
  stream(repository: string, hours = 200 * DAY): void {
    this.put('imagestreams', newStream(repository, this.context.host, this.ago(hours)));
  }

  /** Pushes an image as of `hours` ago. @returns its digest */
  push(repository: string, tag: string | undefined, hours: number, content: PushContent): string {
    return pushContent(this.context, { repository, tag }, { ...content, created: this.ago(hours) }).digest;
  }

  /** Pushes one revision of a tag for each age, oldest first. @returns digests, newest first, as in the tag's items */
  revisions({ repository, tag, ages, base, bytes = 24_000 }: Revisions): string[] {
    const oldestFirst = [...ages].sort((a, b) => b - a);
    const pushed = oldestFirst.map((hours) => {
      const layers = [...base, layer(`${repository}:${tag}/${hours}`, bytes)];
      return this.push(repository, tag, hours, { layers, config: this.config(hours, `${repository}:${tag}`) });
    });
    return pushed.reverse();
  }

  /** Makes an image configuration that does not depend on the clock, so that digests are the same in every sandbox. */
  config(hours: number, command: string): Record<string, unknown> {
    const created = new Date(EPOCH - hours * HOUR).toISOString();
    return { created, config: { Cmd: ['/bin/run', command], Env: ['PATH=/usr/local/bin:/usr/bin'] } };
  }

  put(resource: string, object: KubeObject): void {
    this.context.store.put(resource, object);
  }

  pod(namespace: string, name: string, { hours, image, spec, status }: SamplePod): void {
    this.put('pods', {
      metadata: { name, namespace, creationTimestamp: this.ago(hours) },
      spec: { containers: [{ name: 'main', image }], ...spec },
      status: { phase: 'Running', ...status },
    });
  }
}

/** Generates a layer with the same bytes for the same seed. Like a real layer, it cannot be compressed. */
export function layer(seed: string, bytes: number): Buffer {
  const key = createHash('md5').update(seed).digest();
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

/** The base layer of most images. */
export const OS_LAYER = layer('ubi9', 420_000);
