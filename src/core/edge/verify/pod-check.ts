import type { ClusterApi } from '../../cluster/api.js';
import { isReady, isStaying, listRegistryPodObjects } from '../../operator/pods.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';
import { textAt } from './fields.js';

const { passed, failed } = checker('cluster');
const NAME = 'registry-pods';
const REMEDY = `see why: oc -n ${NAMES.namespace} describe pods -l docker-registry=default`;

/** Checks that the registry has pods, and that all are ready except those that are being deleted. @throws ApiError */
export async function checkPods(api: ClusterApi): Promise<EdgeCheck[]> {
  const pods = await listRegistryPodObjects(api);
  if (pods.length === 0) return [failed(NAME, 'the registry has no pods', REMEDY)];
  const staying = pods.filter(isStaying);
  if (staying.length === 0) return [failed(NAME, 'all pods of the registry are being deleted', REMEDY)];
  const unready = staying.filter((pod) => !isReady(pod));
  if (unready.length === 0) return [passed(NAME, `ready: ${staying.map(({ metadata }) => metadata.name).join(', ')}`)];
  const states = unready.map((pod) => `${pod.metadata.name} (${textAt(pod, 'status', 'phase') ?? 'in no phase'})`);
  return [failed(NAME, `not ready: ${states.join(', ')}`, REMEDY)];
}
