import type { ClusterApi } from '../../cluster/api.js';
import { isReady, listRegistryPodObjects } from '../../operator/pods.js';
import { checker, type EdgeCheck } from './check.js';
import { volumeBytes } from './claim.js';
import { runOnNode } from './debug-pod.js';
import { SCRIPT, checkUsage } from './disk-usage.js';

interface NodeOptions {
  /** Expected mount point. */
  path: string;
  /** Timeout of the debug pod, in ms. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** Writes a line to stderr. */
  note(text: string): void;
}

/** Checks the mount and its free space on the registry's node. @throws RegadmError NODE_CHECK_FAILED, ApiError */
export async function checkNode(api: ClusterApi, { path, timeoutMs, signal, note }: NodeOptions): Promise<EdgeCheck[]> {
  const pods = await listRegistryPodObjects(api);
  const pod = pods.find(isReady) ?? pods[0];
  const node = pod?.spec?.nodeName as string | undefined;
  const image = (pod?.spec?.containers as { image?: string }[] | undefined)?.[0]?.image;
  if (!node || !image)
    return [
      checker('node').failed('mount', 'no registry pod is on a node, so the node is unknown', 'see the other checks'),
    ];
  const command = ['/bin/sh', '-c', SCRIPT, 'regadm', path];
  const bytes = await volumeBytes(api);
  note(`about to create a privileged pod on node ${node} of ${api.server}, and delete it afterward`);
  return checkUsage(await runOnNode(api, { node, image, command, timeoutMs, signal }), path, bytes);
}
