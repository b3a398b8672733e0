import type { ClusterApi } from '../../cluster/api.js';
import { checker, type EdgeCheck } from './check.js';
import { runOnNode } from './debug-pod.js';
import { SCRIPT, checkUsage } from './disk-usage.js';
import { isReady, listRegistryPodObjects } from '../../operator/pods.js';
import { volumeBytes } from './managed.js';

const { failed } = checker('node');

export interface NodeOptions {
  path: string;
  timeoutMs: number;
  signal?: AbortSignal;
}

/** The mount and its free space on the node where the registry runs. @throws RegadmError NODE_CHECK_FAILED, ApiError */
export async function checkNode(api: ClusterApi, { path, timeoutMs, signal }: NodeOptions): Promise<EdgeCheck[]> {
  const pods = await listRegistryPodObjects(api);
  const pod = pods.find(isReady) ?? pods[0];
  const node = pod?.spec?.nodeName as string | undefined;
  const image = (pod?.spec?.containers as { image?: string }[] | undefined)?.[0]?.image;
  if (!node || !image)
    return [
      failed(
        'mount',
        'no pod of the registry is on a node: it cannot be told which node to look at',
        'see the other checks',
      ),
    ];
  const wanted = await volumeBytes(api);
  const output = await runOnNode(api, {
    node,
    image,
    command: ['/bin/sh', '-c', SCRIPT, 'regadm', path],
    timeoutMs,
    signal,
  });
  return checkUsage(output, path, wanted);
}
