import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import type { Place } from './place.js';
import { APP, type HardPruneJobRequest } from './request.js';

/** Returns what a user who creates the List must know. */
export function hintsFor(request: HardPruneJobRequest, { access }: Place): string[] {
  const { args, image, pruneImages, readOnly, runs } = request;
  const isOnOneNode = access.via === 'claim' && access.mount.isOnOneNode;
  return [
    ...(image.includes('@') ? [] : ['hint: name the image by its digest, so that it cannot change: IMAGE@sha256:…']),
    ...(args.some((arg) => arg.startsWith('--max-delete='))
      ? []
      : ['hint: limit what a run deletes: --max-delete=20%']),
    ...(readOnly === 'skip' ? ['warning: with --read-only=skip, nobody may push during a run'] : []),
    ...(isOnOneNode && readOnly === 'auto' ? [ONE_NODE] : []),
    ...(pruneImages
      ? ['hint: prune images runs with its own defaults in the Job, without settings of this machine']
      : []),
    ...(readOnly === 'skip'
      ? []
      : ['hint: after a run that was killed, restore the registry: regadm prune hard --recover']),
    ...(runs ? [] : [`hint: follow the run: oc -n ${REGISTRY_NAMESPACE} logs -f job/${APP}`]),
    ...(runs ? [] : [`hint: before you create it again: oc -n ${REGISTRY_NAMESPACE} delete job ${APP}`]),
  ];
}

/** The scheduler does not know that a volume is in use on another node. */
const ONE_NODE =
  'warning: only one node at a time can mount the volume: a new pod of the registry that the cluster starts on another node waits for the end of the Job, and the run fails; keep the registry on one node (spec.nodeSelector of its Config), or switch the mode before and after the Job and use --read-only=required';
