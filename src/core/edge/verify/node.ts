import type { ClusterApi } from '../../cluster/api.js';
import type { Reporter } from '../../kit/reporter.js';
import { isReady, isStaying, listRegistryPodObjects } from '../../operator/pods.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { checker, type EdgeCheck } from './check.js';
import { storageSizes } from './claim.js';
import { runOnNode } from './debug-pod.js';
import { SCRIPT, checkUsage } from './disk-usage.js';
import { partitionSizes } from './expected.js';
import { listAt, textAt } from './fields.js';
import type { TimeLimit } from './time-limit.js';

interface NodeOptions {
  /** Expected mount point. */
  path: string;
  /** The rendered configuration, if files of it are given. */
  expected?: IgnitionConfig;
  /** Its end ends the check; only the deletion of the pod continues. */
  limit: TimeLimit;
  reporter: Pick<Reporter, 'note' | 'warning'>;
}

/** Checks the mount and its free space on the registry's node. @throws RegadmError NODE_CHECK_FAILED, ApiError */
export async function checkNode(
  cluster: ClusterApi,
  { path, expected, limit, reporter }: NodeOptions,
): Promise<EdgeCheck[]> {
  const api = limit.bound(cluster);
  const pods = await listRegistryPodObjects(api);
  const pod = pods.find((each) => isReady(each) && isStaying(each)) ?? pods.find(isStaying) ?? pods[0];
  const node = textAt(pod, 'spec', 'nodeName');
  const image = textAt(listAt(pod, 'spec', 'containers')[0], 'image');
  if (!node || !image)
    return [
      checker('node').failed('mount', 'no registry pod is on a node, so the node is unknown', 'see the other checks'),
    ];
  const command = ['/bin/sh', '-c', SCRIPT, 'regadm', path];
  const sizes = [...(await storageSizes(api)), ...partitionSizes(expected, path)];
  reporter.note(`about to create a privileged pod on node ${node} of ${api.server}, and delete it afterward`);
  const { warning } = reporter;
  return checkUsage(await runOnNode(cluster, { node, image, command, limit, warning }), path, sizes);
}
