import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';

/** A job or a pod of a pruner. */
export interface PrunerObject {
  kind: 'job' | 'pod';
  object: KubeObject;
}

interface OwnJob {
  namespace?: string;
  name: string;
}

/** Leaves out the job that this process runs in, and its pods. In a pod, HOSTNAME is the name of the pod. */
export async function withoutOwnJob(
  running: PrunerObject[],
  { api, env = process.env, signal }: { api: ClusterApi; env?: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<PrunerObject[]> {
  const hostname = env.HOSTNAME;
  if (running.length === 0 || !hostname) return running;
  const own = await findOwnJob(hostname, running, { api, signal });
  return running.filter(({ kind, object: { metadata } }) => {
    const job = kind === 'job' ? metadata.name : owningJob(metadata.ownerReferences);
    if (kind === 'pod' && metadata.name === hostname) return false;
    return !(own && job === own.name && metadata.namespace === own.namespace);
  });
}

/** Finds the job by the owner of this process's pod. A pod that cannot be read still shows it: the pods of a job are named JOB-xxxxx. */
async function findOwnJob(
  hostname: string,
  running: PrunerObject[],
  { api, signal }: { api: ClusterApi; signal?: AbortSignal },
): Promise<OwnJob | undefined> {
  for (const namespace of new Set([api.namespace, REGISTRY_NAMESPACE])) {
    const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(hostname)}`;
    const response = await api.request('GET', path, { signal });
    if (response.status !== 200) continue;
    const name = owningJob(response.json<KubeObject>().metadata.ownerReferences);
    return name === undefined ? undefined : { namespace, name };
  }
  return running.find(({ kind, object }) => kind === 'job' && hostname.startsWith(`${object.metadata.name}-`))?.object
    .metadata;
}

function owningJob(references: unknown): string | undefined {
  if (!Array.isArray(references)) return undefined;
  return (references as { kind?: string; name?: string }[]).find(({ kind }) => kind === 'Job')?.name;
}
