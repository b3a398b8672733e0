import type { KubeObject } from '../kube.js';
import type { Reference, Referrer } from '../referrer.js';
import { podSpecReferences, type PodSpec } from './pod-spec.js';
import { annotatedTriggers } from './triggers.js';

interface ContainerStatus {
  name?: string;
  imageID?: string;
}

interface PodStatus {
  phase?: string;
  containerStatuses?: ContainerStatus[] | null;
  initContainerStatuses?: ContainerStatus[] | null;
  ephemeralContainerStatuses?: ContainerStatus[] | null;
}

/**
 * Reduces a pod to the images in its spec and, beyond `oc`, to those that it runs and the tags that its annotation
 * names.
 */
export function reducePod(object: KubeObject): Referrer {
  const status = (object.status ?? {}) as PodStatus;
  return {
    kind: 'Pod',
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    references: [...podSpecReferences(object.spec as PodSpec), ...runningImages(status), ...annotatedTriggers(object)],
    phase: status.phase ?? '',
    created: Date.parse(object.metadata.creationTimestamp ?? ''),
  };
}

/**
 * Returns the images that a pod runs. The node's runtime writes `imageID`: with or without `docker-pullable://`,
 * sometimes empty, sometimes a bare id.
 */
function runningImages(status: PodStatus): Reference[] {
  const read = (what: string, list: ContainerStatus[] | null | undefined): Reference[] =>
    (list ?? [])
      .filter(({ imageID }) => imageID?.includes('sha'))
      .map(({ name, imageID }) => ({
        field: `running ${what} ${name ?? ''}`,
        form: 'image-id',
        text: imageID!,
        extended: true,
      }));
  return [
    ...read('container', status.containerStatuses),
    ...read('init container', status.initContainerStatuses),
    ...read('ephemeral container', status.ephemeralContainerStatuses),
  ];
}
