import type { ClusterApi } from '../cluster/api.js';
import { hasNamespace } from '../cluster/objects.js';
import { usageError } from '../model/errors.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import type { StorageJob } from '../storage-job/print.js';
import type { Place } from '../storage-job/place.js';
import { VERIFY_APP } from '../verification/stored-result.js';
import { verifyJobObjects } from './list.js';
import type { VerifyJobRequest } from './request.js';

/** Returns the Job that `registry verify --print-job` prints. */
export function verifyJob(request: VerifyJobRequest): StorageJob {
  return {
    request,
    assertUsable: (api, signal) => assertNamespaces(api, request.namespaces, signal),
    objects: (place) => verifyJobObjects(request, place),
    hints: (place) => hintsFor(request, place),
  };
}

/** @throws RegadmError USAGE for a namespace that does not exist, with which every pod would fail */
async function assertNamespaces(api: ClusterApi, names: readonly string[], signal: AbortSignal): Promise<void> {
  for (const name of new Set(names))
    if ((await hasNamespace(api, name, signal)) === false) throw usageError(`namespace ${name} does not exist`);
}

function hintsFor({ image, region, runs, parallelism }: VerifyJobRequest, { access }: Place): string[] {
  const oneNode = access.via === 'claim' && access.mount.isOnOneNode && parallelism > 1;
  const inNamespace = `oc -n ${REGISTRY_NAMESPACE}`;
  const hints: [applies: boolean, ...lines: string[]][] = [
    [!image.includes('@'), 'hint: name the image by its digest, so that it cannot change: IMAGE@sha256:…'],
    [region !== undefined, `region: ${region}, from the variables or the profile of AWS on this machine`],
    [oneNode, `hint: all ${parallelism} pods run on one node, because only one node at a time can mount the volume`],
    [
      !runs,
      `hint: wait for it: ${inNamespace} wait --for=condition=Complete --timeout=-1s job/${VERIFY_APP}`,
      `hint: then show the result: regadm registry verify --merge job/${VERIFY_APP}`,
      `hint: run it again: ${inNamespace} delete job ${VERIFY_APP}, then create it`,
    ],
    [
      runs !== undefined,
      `hint: find the last run: ${inNamespace} get jobs -l app.kubernetes.io/name=${VERIFY_APP}`,
      'hint: then show its result: regadm registry verify --merge job/NAME',
    ],
  ];
  return hints.flatMap(([applies, ...lines]) => (applies ? lines : []));
}
