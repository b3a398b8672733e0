import { advance } from './pods.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../../core/model/kube.js';

/**
 * Runs pods that clients create on their own (debug pods): without a status they become Running and ready, step by step. One that looks at
 * the disks of its node (`lsblk`, `df`) prints them and ends.
 */
export class Kubelet {
  private readonly adopted: [namespace: string, name: string][] = [];

  constructor(
    private readonly store: Store,
    private readonly writeLog: (namespace: string, name: string, lines: string[]) => void,
  ) {}

  /** Starts this pod; those that come with a status have somebody else who looks after them. */
  adopt(pod: KubeObject): void {
    if (pod.status?.phase === undefined) this.adopted.push([pod.metadata.namespace ?? 'default', pod.metadata.name]);
  }

  /** @returns false when there is no pod to start */
  step(): boolean {
    const [namespace, name] = this.adopted[0] ?? [];
    const pod = namespace && name ? this.store.get('pods', namespace, name) : undefined;
    if (pod?.status?.phase === 'Running' || !pod) {
      if (pod) this.end(pod);
      return this.adopted.shift() !== undefined;
    }
    this.store.put('pods', advance(advance(pod, this.store.timestamp()), this.store.timestamp()));
    return true;
  }

  /** Of a command that ends by itself: what it prints, and its end. */
  private end(pod: KubeObject): void {
    const [container] = (pod.spec?.containers ?? []) as { command?: string[] }[];
    const command = container?.command ?? [];
    if (!command.some((word) => word.includes('lsblk'))) return;
    this.writeLog(pod.metadata.namespace ?? 'default', pod.metadata.name, diskReport(command.at(-1)!));
    this.store.put('pods', { ...pod, status: { ...pod.status, phase: 'Succeeded' } });
  }
}

const DISK_BYTES = 500 * 2 ** 30;
const PARTITION_BYTES = 200 * 2 ** 30;

/** A disk with one partition that is mounted at `path`, a quarter of it used, as `lsblk --json`, a divider and `df` tell it. */
function diskReport(path: string): string[] {
  const partition = {
    name: 'sda5',
    size: PARTITION_BYTES,
    type: 'part',
    mountpoint: path,
    partlabel: 'image-registry',
  };
  const disk = {
    name: 'sda',
    size: DISK_BYTES,
    type: 'disk',
    mountpoint: null,
    partlabel: null,
    children: [partition],
  };
  const used = PARTITION_BYTES / 4;
  return [
    JSON.stringify({ blockdevices: [disk] }),
    '----regadm----',
    'Filesystem 1-blocks Used Available Capacity Mounted on',
    `/dev/sda5 ${PARTITION_BYTES} ${used} ${PARTITION_BYTES - used} 25% ${path}`,
  ];
}
