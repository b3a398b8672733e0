import type { Fields } from './kube.js';
import type { ReferrerResource } from './referrers/index.js';

/**
 * The fields of listed objects that the reducers (`reduceWholeImage`, `reduceStream`, `REFERRER_KINDS`) read. Only
 * these are parsed. test/core/model/list-fields.test.ts fails when a reducer reads a field that is missing here.
 */
const NAME: Fields = { name: 'all', namespace: 'all', uid: 'all' };
const WORKLOAD: Fields = { ...NAME, annotations: { 'image.openshift.io/triggers': 'all' } };

const IMAGE_FIELDS: Fields = {
  metadata: { name: 'all', uid: 'all', creationTimestamp: 'all', annotations: { 'openshift.io/image.managed': 'all' } },
  dockerImageReference: 'all',
  dockerImageManifest: 'all',
  dockerImageManifestMediaType: 'all',
  dockerImageMetadata: {
    Id: 'all',
    Size: 'all',
    Architecture: 'all',
    // Only the types of these fields are checked: with another type, the metadata cannot be read.
    Parent: 'type',
    Comment: 'type',
    Created: 'type',
    Container: 'type',
    ContainerConfig: 'type',
    DockerVersion: 'type',
    Author: 'type',
    Config: 'type',
  },
  dockerImageLayers: { name: 'all', size: 'all' },
  dockerImageManifests: { digest: 'all' },
};

const STREAM_FIELDS: Fields = {
  metadata: { ...NAME, resourceVersion: 'all', creationTimestamp: 'all', annotations: 'all' },
  spec: { dockerImageRepository: 'all', tags: 'all' },
  status: {
    dockerImageRepository: 'all',
    publicDockerImageRepository: 'all',
    tags: { tag: 'all', items: { image: 'all', created: 'all', dockerImageReference: 'all' } },
  },
};

const CONTAINER: Fields = { name: 'all', image: 'all' };
const POD_SPEC: Fields = {
  containers: CONTAINER,
  initContainers: CONTAINER,
  ephemeralContainers: CONTAINER,
  volumes: { name: 'all', image: { reference: 'all' } },
};
const STATUS: Fields = { name: 'all', imageID: 'all' };
const POD: Fields = {
  metadata: { ...WORKLOAD, creationTimestamp: 'all' },
  spec: POD_SPEC,
  status: {
    phase: 'all',
    containerStatuses: STATUS,
    initContainerStatuses: STATUS,
    ephemeralContainerStatuses: STATUS,
  },
};
const TEMPLATED: Fields = { metadata: WORKLOAD, spec: { template: { spec: POD_SPEC } } };
const STRATEGY: Fields = { from: 'all' };
const BUILD: Fields = {
  metadata: NAME,
  spec: {
    strategy: { sourceStrategy: STRATEGY, dockerStrategy: STRATEGY, customStrategy: STRATEGY },
    source: { images: { from: 'all' } },
    output: { to: 'all' },
    triggers: { type: 'all', imageChange: { from: 'all' } },
  },
  status: { phase: 'all' },
};

/** Fields by plural name of the resource. Objects of other resources are parsed completely. */
export const LIST_FIELDS: Partial<Record<string, Fields>> = {
  images: IMAGE_FIELDS,
  imagestreams: STREAM_FIELDS,
  pods: POD,
  replicationcontrollers: TEMPLATED,
  deploymentconfigs: { metadata: WORKLOAD, spec: { template: { spec: POD_SPEC }, triggers: 'all' } },
  replicasets: TEMPLATED,
  deployments: TEMPLATED,
  daemonsets: TEMPLATED,
  statefulsets: TEMPLATED,
  jobs: TEMPLATED,
  cronjobs: { metadata: WORKLOAD, spec: { jobTemplate: { spec: { template: { spec: POD_SPEC } } } } },
  controllerrevisions: { metadata: NAME, data: { spec: { template: { spec: POD_SPEC } } } },
  builds: BUILD,
  buildconfigs: BUILD,
} satisfies Record<ReferrerResource | 'images' | 'imagestreams', Fields>;
