import { advance } from './pods.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../../core/model/kube.js';

/**
 * Runs pods that clients create directly (debug pods): makes them Running and ready. A pod that lists the disks of its
 * node (`lsblk`, `df`) prints them and completes.
 */
export class Kubelet {
  private readonly adopted: [namespace: string, name: string][] = [];

  constructor(
    private readonly store: Store,
    /** Returns what `lsblk` and `df` print about a path on the node. */
    private readonly diskReport: (path: string) => string[],
    private readonly writeLog: (namespace: string, name: string, lines: string[]) => void,
  ) {}

  /** Runs a pod; a pod with a status belongs to another controller. */
  adopt(pod: KubeObject): void {
    if (pod.status?.phase === undefined) this.adopted.push([pod.metadata.namespace ?? 'default', pod.metadata.name]);
  }

  /** Makes one step. @returns false if no pod is left to run */
  step(): boolean {
    const [namespace, name] = this.adopted[0] ?? [];
    const pod = namespace && name ? this.store.get('pods', namespace, name) : undefined;
    if (pod?.status?.phase === 'Running' || !pod) {
      if (pod) this.completeDiskReport(pod);
      return this.adopted.shift() !== undefined;
    }
    this.store.put('pods', advance(advance(pod, this.store.timestamp()), this.store.timestamp()));
    return true;
  }

  /** Writes the log of a pod that lists disks, and completes it. */
  private completeDiskReport(pod: KubeObject): void {
    const [container] = (pod.spec?.containers ?? []) as { command?: string[] }[];
    const command = container?.command ?? [];
    if (!command.some((word) => word.includes('lsblk'))) return;
    this.writeLog(pod.metadata.namespace ?? 'default', pod.metadata.name, this.diskReport(command.at(-1)!));
    this.store.put('pods', { ...pod, status: { ...pod.status, phase: 'Succeeded' } });
  }
}
