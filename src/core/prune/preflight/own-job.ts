import type { KubeObject } from '../../model/kube.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import type { ClusterChecks } from '../ports.js';

/** A job or a pod of a pruner. */
export interface PrunerObject {
  kind: 'job' | 'pod';
  object: KubeObject;
}

type OwnPods = Pick<ClusterChecks, 'namespace' | 'findPod'>;

interface OwnJob {
  namespace?: string;
  name: string;
}

/**
 * Removes the job that this process runs in, and its pods, from the list. In a pod, HOSTNAME is the name of the pod.
 */
export async function withoutOwnJob(
  running: PrunerObject[],
  { cluster, env = process.env, signal }: { cluster: OwnPods; env?: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<PrunerObject[]> {
  const hostname = env.HOSTNAME;
  if (running.length === 0 || !hostname) return running;
  const own = await findOwnJob(hostname, running, { cluster, signal });
  return running.filter(({ kind, object: { metadata } }) => {
    const job = kind === 'job' ? metadata.name : owningJob(metadata.ownerReferences);
    if (kind === 'pod' && metadata.name === hostname) return false;
    return !(own && job === own.name && metadata.namespace === own.namespace);
  });
}

/**
 * Finds the job by the owner of this process's pod, or by the pod's name if the pod cannot be read: the pods of a job
 * are named JOB-xxxxx.
 */
async function findOwnJob(
  hostname: string,
  running: PrunerObject[],
  { cluster, signal }: { cluster: OwnPods; signal?: AbortSignal },
): Promise<OwnJob | undefined> {
  for (const namespace of new Set([cluster.namespace, REGISTRY_NAMESPACE])) {
    const pod = await cluster.findPod(namespace, hostname, signal);
    if (!pod) continue;
    const name = owningJob(pod.metadata.ownerReferences);
    return name === undefined ? undefined : { namespace, name };
  }
  return running.find(({ kind, object }) => kind === 'job' && hostname.startsWith(`${object.metadata.name}-`))?.object
    .metadata;
}

function owningJob(references: unknown): string | undefined {
  if (!Array.isArray(references)) return undefined;
  return (references as { kind?: string; name?: string }[]).find(({ kind }) => kind === 'Job')?.name;
}
