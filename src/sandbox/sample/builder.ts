import { createCipheriv, createHash } from 'node:crypto';
import { pushContent } from '../registry/push.js';
import type { LoadContext } from '../load-context.js';
import type { KubeObject } from '../../core/model/kube.js';
import type { PushContent } from '../types.js';

const HOUR = 3_600_000;
const EPOCH = Date.parse('2026-01-01T00:00:00Z');
export const DAY = 24;
/** How pods name the registry: its service, which is not where the sandbox listens. */
export const SERVICE = 'image-registry.openshift-image-registry.svc:5000';

/** Tells the sample data's story: who pushed what, how long ago, and what uses it. */
export class SampleBuilder {
  constructor(readonly context: LoadContext) {}

  /** RFC 3339, so many hours ago. */
  ago(hours: number): string {
    const now = Date.parse(this.context.store.timestamp());
    return `${new Date(now - hours * HOUR).toISOString().slice(0, 19)}Z`;
  }

  /** An empty stream, so old that nothing protects it for its age. */
  stream(repository: string, hours = 200 * DAY): void {
    const [namespace = '', name = ''] = repository.split('/');
    this.context.store.put('imagestreams', {
      metadata: { name, namespace, creationTimestamp: this.ago(hours), generation: 1 },
      spec: { lookupPolicy: { local: false } },
      status: { dockerImageRepository: `${SERVICE}/${repository}`, tags: [] },
    });
  }

  /** A push, so many hours ago. @returns the image's digest */
  push(repository: string, tag: string | undefined, hours: number, content: PushContent): string {
    return pushContent(this.context, repository, tag, { ...content, created: this.ago(hours) }).digest;
  }

  /** Pushes one revision of a tag for each age, oldest first, on shared base layers. @returns digests, newest first, as positions */
  revisions(repository: string, tag: string, ages: number[], base: Buffer[], bytes = 24_000): string[] {
    const oldestFirst = [...ages].sort((a, b) => b - a);
    const pushed = oldestFirst.map((hours) => {
      const layers = [...base, layer(`${repository}:${tag}/${hours}`, bytes)];
      return this.push(repository, tag, hours, { layers, config: this.config(hours, `${repository}:${tag}`) });
    });
    return pushed.reverse();
  }

  /** An image's configuration; the same in every sandbox, so that digests are. */
  config(hours: number, command: string): Record<string, unknown> {
    const created = new Date(EPOCH - hours * HOUR).toISOString();
    return { created, config: { Cmd: ['/bin/run', command], Env: ['PATH=/usr/local/bin:/usr/bin'] } };
  }

  put(resource: string, object: KubeObject): void {
    this.context.store.put(resource, object);
  }

  /** A pod, Running unless `pod` says otherwise. */
  pod(
    namespace: string,
    name: string,
    hours: number,
    image: string,
    pod: { spec?: object; status?: object } = {},
  ): void {
    const { spec, status } = pod;
    this.put('pods', {
      metadata: { name, namespace, creationTimestamp: this.ago(hours) },
      spec: { containers: [{ name: 'main', image }], ...spec },
      status: { phase: 'Running', ...status },
    });
  }
}

/** A layer's content: the same noise for the same seed, as incompressible as a real layer. */
export function layer(seed: string, bytes: number): Buffer {
  const key = createHash('md5').update(seed).digest();
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}
