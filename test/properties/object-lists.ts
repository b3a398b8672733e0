import fc from 'fast-check';
import { reduceBuild } from '../../src/core/builds/plan/build.js';
import { planBuilds } from '../../src/core/builds/plan/plan.js';
import { reduceReplicaSet, reduceReplicationController } from '../../src/core/deployments/plan/controller.js';
import { planDeployments } from '../../src/core/deployments/plan/plan.js';
import { reduceOwner } from '../../src/core/object-prune/plan/object.js';
import type { ObjectPruneOptions } from '../../src/core/object-prune/plan/options.js';
import type { ObjectPrunePlan } from '../../src/core/object-prune/plan/plan.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import { NOW } from '../support/builders.js';
import { minutesAgo, ownedBy } from '../support/object-builders.js';

/** What a prune reads: lists by kind. */
export interface ObjectLists {
  objects: { kind: string; object: KubeObject }[];
  owners: { kind: string; object: KubeObject }[];
}

export type Options = Omit<ObjectPruneOptions, 'rules'>;

const NAMESPACES = ['a', 'b'];
const NAMES = ['app', 'web'];
/** Two owners can have the same name one after the other. */
const UIDS = ['uid-1', 'uid-2'];

/** Ages in minutes: many ties, young ones, future ones, and none. */
const created = fc
  .constantFrom(-60, 0, 59, 60, 61, 120, 180, 240, 1440, undefined)
  .map((minutes) => (minutes === undefined ? undefined : minutesAgo(minutes)));

const reference = fc
  .record({
    kind: fc.constantFrom('BuildConfig', 'DeploymentConfig', 'Deployment', 'Rollout', 'Pipeline'),
    name: fc.constantFrom(...NAMES, 'missing'),
    uid: fc.constantFrom(...UIDS, undefined),
    controller: fc.constantFrom(true, true, false, undefined),
    apiVersion: fc.constantFrom(undefined, undefined, undefined, 'argoproj.io/v1alpha1'),
  })
  .map(({ kind, name, apiVersion, ...more }) =>
    ownedBy(kind, name, { ...more, ...(apiVersion === undefined ? {} : { apiVersion }) }),
  );

/** References that are usual for a kind, and unusual ones. */
const referencesOf = (kind: string) =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .record({ name: fc.constantFrom(...NAMES, 'missing'), uid: fc.constantFrom(...UIDS) })
        .map(({ name, uid }) => [ownedBy(kind, name, { uid })]),
    },
    { weight: 2, arbitrary: fc.array(reference, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );

const metadata = (at: number, ownerKind: string, numberAnnotation: string) =>
  fc
    .record({
      namespace: fc.constantFrom(...NAMESPACES),
      creationTimestamp: created,
      deletionTimestamp: fc.constantFrom(undefined, undefined, undefined, undefined, minutesAgo(1)),
      number: fc.constantFrom('1', '2', '3', '10', 'x', undefined),
      phase: fc.constantFrom('Complete', 'Complete', 'Complete', 'Failed', 'Failed', 'Running', 'Pending', undefined),
      ownerReferences: referencesOf(ownerKind),
    })
    .map(({ number, phase, ...rest }) => ({
      ...rest,
      name: `o${at}`,
      uid: `uid-of-o${at}`,
      annotations: {
        ...(number === undefined ? {} : { [numberAnnotation]: number }),
        ...(phase === undefined ? {} : { 'openshift.io/deployment.phase': phase }),
      },
    }));

const build = (at: number) =>
  fc
    .record({
      metadata: metadata(at, 'BuildConfig', 'openshift.io/build.number'),
      phase: fc.constantFrom(
        'Complete',
        'Complete',
        'Failed',
        'Error',
        'Cancelled',
        'Running',
        'New',
        'Odd',
        undefined,
      ),
      config: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom<object | undefined>({ name: 'app' }, { name: 'web' }) },
        {
          weight: 2,
          arbitrary: fc.constantFrom<object | undefined>(
            { name: 'missing' },
            { name: 'app', namespace: 'a' },
            { name: 'app', namespace: 'a' },
            { name: 'app', namespace: 'b' },
            { name: 'app', namespace: 'c' },
            { name: 'app', namespace: '' },
            { namespace: 'a' },
            undefined,
          ),
        },
      ),
    })
    .map(({ metadata: meta, phase, config }) => ({
      kind: 'Build',
      object: {
        metadata: meta,
        status: { phase, config: config && { namespace: meta.namespace, ...config } },
      } as unknown as KubeObject,
    }));

const controller = (at: number) =>
  fc.constantFrom('ReplicationController', 'ReplicaSet').chain((kind) =>
    fc
      .record({
        metadata:
          kind === 'ReplicaSet'
            ? metadata(at, 'Deployment', 'deployment.kubernetes.io/revision')
            : metadata(at, 'DeploymentConfig', 'openshift.io/deployment-config.latest-version'),
        wanted: fc.constantFrom(0, 0, 0, 0, 1, undefined),
        running: fc.constantFrom(0, 0, 0, 0, 1, undefined),
      })
      .map(({ metadata: meta, wanted, running }) => ({
        kind,
        object: { metadata: meta, spec: { replicas: wanted }, status: { replicas: running } } as unknown as KubeObject,
      })),
  );

const owners = (kinds: readonly string[]) =>
  fc
    .uniqueArray(
      fc.record({
        kind: fc.constantFrom(...kinds),
        namespace: fc.constantFrom(...NAMESPACES),
        name: fc.constantFrom(...NAMES),
        uid: fc.constantFrom(...UIDS),
      }),
      { maxLength: 6, selector: ({ kind, namespace, name }) => `${kind} ${namespace}/${name}` },
    )
    .map((all) => all.map(({ kind, ...meta }) => ({ kind, object: { metadata: meta } as KubeObject })));

const manyOf = (one: (at: number) => fc.Arbitrary<ObjectLists['objects'][number]>) =>
  fc.integer({ min: 1, max: 12 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => one(at))));

export const buildLists: fc.Arbitrary<ObjectLists> = fc.record({
  objects: manyOf(build),
  owners: owners(['BuildConfig']),
});

export const deploymentLists: fc.Arbitrary<ObjectLists> = fc.record({
  objects: manyOf(controller),
  owners: owners(['DeploymentConfig', 'Deployment']),
});

export const optionSets: fc.Arbitrary<Options> = fc.record({
  keepYoungerThanMs: fc.constantFrom(0, 3_600_000, 10_800_000),
  keepComplete: fc.integer({ min: 0, max: 3 }),
  keepFailed: fc.integer({ min: 0, max: 2 }),
  orphans: fc.boolean(),
  namespace: fc.constantFrom(undefined, undefined, 'a'),
  replicaSets: fc.boolean(),
});

const REDUCERS = {
  Build: reduceBuild,
  ReplicationController: reduceReplicationController,
  ReplicaSet: reduceReplicaSet,
};

/**
 * Plans what the API server would return for these options: with a namespace only what is in it, and with safe rules
 * also the BuildConfigs elsewhere that builds name.
 */
export function planOf(
  { objects, owners: all }: ObjectLists,
  options: Options,
  rules: ObjectPruneOptions['rules'],
): ObjectPrunePlan {
  const { namespace, replicaSets } = options;
  const isListed = ({ object }: { object: KubeObject }): boolean =>
    namespace === undefined || object.metadata.namespace === namespace;
  const isBuild = objects[0]!.kind === 'Build';
  const read = objects.filter((one) => isListed(one) && (replicaSets || one.kind !== 'ReplicaSet'));
  const found = all.filter(
    (one) =>
      (isListed(one) || (isBuild && rules === 'safe' && options.orphans)) && (replicaSets || one.kind !== 'Deployment'),
  );
  const evidence = {
    objects: read.map(({ kind, object }) => REDUCERS[kind as keyof typeof REDUCERS](object)),
    owners: found.map(({ kind, object }) => reduceOwner(kind, object)),
    now: NOW,
  };
  const plan = isBuild ? planBuilds : planDeployments;
  return plan(evidence as never, { ...options, rules });
}

/** The names of what a plan deletes. */
export function deletedNames({ deletions }: ObjectPrunePlan): string[] {
  return deletions.map(({ object }) => object.name);
}
