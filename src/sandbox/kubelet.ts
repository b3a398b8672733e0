import { advance } from './registry-pods.js';
import type { Store } from './store.js';
import type { KubeObject } from './types.js';

/** Starts pods that clients create on their own (debug pods): without a status they become Running and ready, step by step. */
export class Kubelet {
  private readonly adopted: [namespace: string, name: string][] = [];

  constructor(private readonly store: Store) {}

  /** Starts this pod; those that come with a status have somebody else who looks after them. */
  adopt(pod: KubeObject): void {
    if (pod.status?.phase === undefined) this.adopted.push([pod.metadata.namespace ?? 'default', pod.metadata.name]);
  }

  /** @returns false when there is no pod to start */
  step(): boolean {
    const [namespace, name] = this.adopted[0] ?? [];
    const pod = namespace && name ? this.store.get('pods', namespace, name) : undefined;
    if (pod?.status?.phase === 'Running' || !pod) return this.adopted.shift() !== undefined;
    this.store.put('pods', advance(advance(pod, this.store.timestamp()), this.store.timestamp()));
    return true;
  }
}
