import type { KubeObject, ObjectMeta } from '../../core/model/kube.js';
import { REGISTRY_SERVICE } from '../names.js';
import { DAY, OS_LAYER, type SampleBuilder } from './builder.js';

/** Adds what keeps images until it is pruned itself: old builds, replication controllers and replica sets. */
export function histories(sample: SampleBuilder, builderImages: string[]): void {
  buildHistory(sample, builderImages);
  sample.stream('ci/runner');
  const runner = sample.revisions({
    repository: 'ci/runner',
    tag: 'latest',
    ages: [58 * DAY, 45 * DAY, 31 * DAY, 17 * DAY, 7 * DAY],
    base: [OS_LAYER],
    bytes: 26_000,
  });
  controllerHistory(sample, runner);
  replicaSetHistory(sample, runner);
}

interface SampleBuild {
  number: number;
  phase: string;
  hours: number;
  /** Digest of the builder image that it uses (default: an image of another registry). */
  builder?: string;
}

/** Builds of a BuildConfig, one of them running, and a build whose BuildConfig was deleted. */
function buildHistory(sample: SampleBuilder, builder: string[]): void {
  const row = (number: number, phase: string, days: number, revision?: number): void =>
    build(sample, 'frontend', { number, phase, hours: days * DAY, builder: builder[revision ?? -1] });
  row(39, 'Failed', 20);
  row(40, 'Error', 16);
  // The only use of this revision of the builder image.
  row(41, 'Complete', 13, 3);
  row(42, 'Complete', 11);
  row(43, 'Complete', 9);
  row(44, 'Failed', 8);
  row(45, 'Complete', 7);
  row(46, 'Complete', 5, 0);
  row(47, 'Complete', 3, 0);
  row(48, 'Complete', 1, 0);
  build(sample, 'frontend', { number: 49, phase: 'Running', hours: 0.2, builder: builder[0] });
  build(sample, 'storefront', { number: 12, phase: 'Complete', hours: 52 * DAY });
}

function build(sample: SampleBuilder, config: string, { number, phase, hours, builder }: SampleBuild): void {
  const from = builder
    ? { kind: 'ImageStreamImage', name: `builder@${builder}` }
    : { kind: 'DockerImage', name: 'registry.access.redhat.com/ubi9/nodejs-20:latest' };
  sample.put('builds', {
    metadata: {
      name: `${config}-${number}`,
      namespace: 'ci',
      labels: { buildconfig: config, 'openshift.io/build-config.name': config },
      annotations: { 'openshift.io/build-config.name': config, 'openshift.io/build.number': String(number) },
      creationTimestamp: sample.ago(hours),
    },
    spec: { strategy: { type: 'Docker', dockerStrategy: { from } } },
    status: { phase, config: { kind: 'BuildConfig', namespace: 'ci', name: config } },
  });
}

/** A DeploymentConfig with its replication controllers; the oldest one is the only use of its image. */
function controllerHistory(sample: SampleBuilder, images: string[]): void {
  const owner = { apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', name: 'runner', uid: uidOf(1) };
  const phases = 'Complete Failed Complete Complete Failed Complete Complete Failed Complete Complete Complete'.split(
    ' ',
  );
  sample.put('deploymentconfigs', {
    metadata: metadata('runner', sample.ago(60 * DAY), { uid: owner.uid }),
    spec: { ...workload('runner', 1, images[0]!), selector: { app: 'runner' } },
    status: { latestVersion: phases.length, replicas: 1 },
  });
  phases.forEach((phase, at) => {
    const version = String(at + 1);
    const replicas = at === phases.length - 1 ? 1 : 0;
    const annotations = {
      'openshift.io/deployment-config.name': 'runner',
      'openshift.io/deployment-config.latest-version': version,
      'openshift.io/deployment.phase': phase,
    };
    const image = at === 0 ? images[3]! : images[Math.max(0, 2 - Math.floor(at / 4))]!;
    sample.put('replicationcontrollers', {
      metadata: metadata(`runner-${version}`, sample.ago((44 - at * 4) * DAY), { annotations, owner }),
      spec: { ...workload('runner', replicas, image), selector: { app: 'runner' } },
      status: { replicas },
    });
  });
}

/** A Deployment with its replica sets; the oldest one is the only use of its image. */
function replicaSetHistory(sample: SampleBuilder, images: string[]): void {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent', uid: uidOf(2) };
  const hashes = [
    '5b6c8d7f9',
    '64d9f7b5c',
    '6f8b9c4d7',
    '74c5d6f8b',
    '7b9d8f6c5',
    '7fd4c5b96',
    '85c7b6d9f',
    '9d6f8c7b4',
  ];
  sample.put('deployments', {
    metadata: metadata('agent', sample.ago(60 * DAY), { uid: owner.uid }),
    spec: { ...workload('agent', 1, images[0]!), selector: { matchLabels: { app: 'agent' } } },
    status: { replicas: 1 },
  });
  hashes.forEach((hash, at) => {
    const replicas = at === hashes.length - 1 ? 1 : 0;
    const image = at === 0 ? images[4]! : images[Math.max(0, 2 - Math.floor(at / 3))]!;
    const annotations = { 'deployment.kubernetes.io/revision': String(at + 1) };
    sample.put('replicasets', {
      metadata: metadata(`agent-${hash}`, sample.ago((50 - at * 6) * DAY), { annotations, owner }),
      spec: { ...workload('agent', replicas, image), selector: { matchLabels: { app: 'agent' } } },
      status: { replicas },
    });
  });
}

interface Identity {
  uid?: string;
  annotations?: Record<string, string>;
  owner?: object;
}

function metadata(name: string, creationTimestamp: string, { uid, annotations, owner }: Identity): ObjectMeta {
  const ownerReferences = owner && [{ ...owner, controller: true, blockOwnerDeletion: true }];
  return { name, namespace: 'ci', uid, creationTimestamp, annotations, ownerReferences };
}

function workload(app: string, replicas: number, digest: string): NonNullable<KubeObject['spec']> {
  const image = `${REGISTRY_SERVICE}/ci/runner@${digest}`;
  return {
    replicas,
    template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image }] } },
  };
}

function uidOf(number: number): string {
  return `3d1f6a58-9c2e-4b07-8f45-00000000000${number}`;
}
