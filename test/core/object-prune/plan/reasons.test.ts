import { reduceBuild } from '../../../../src/core/builds/plan/build.js';
import { planBuilds } from '../../../../src/core/builds/plan/plan.js';
import { reduceReplicaSet, reduceReplicationController } from '../../../../src/core/deployments/plan/controller.js';
import { planDeployments } from '../../../../src/core/deployments/plan/plan.js';
import { reduceOwner, type PrunableObject } from '../../../../src/core/object-prune/plan/object.js';
import type { ObjectPruneOptions } from '../../../../src/core/object-prune/plan/options.js';
import type { ObjectPrunePlan } from '../../../../src/core/object-prune/plan/plan.js';
import { describeReason } from '../../../../src/core/object-prune/plan/reason.js';
import type { KubeObject } from '../../../../src/core/model/kube.js';
import { NOW } from '../../../support/builders.js';
import {
  aBuild,
  anOwner,
  aReplicaSet,
  aReplicationController,
  minutesAgo,
  ownedBy,
} from '../../../support/object-builders.js';

const OPTIONS: ObjectPruneOptions = {
  keepYoungerThanMs: 3_600_000,
  keepComplete: 1,
  keepFailed: 0,
  orphans: false,
  rules: 'safe',
  replicaSets: true,
};

type Overrides = Partial<ObjectPruneOptions>;

function textsOf({ deletions, kept }: ObjectPrunePlan): Record<string, string> {
  const line = (verb: string, { object, because }: { object: PrunableObject; because: never }) =>
    [object.name, `${verb}: ${describeReason(because)}`] as const;
  return Object.fromEntries([
    ...deletions.map((one) => line('delete', one as never)),
    ...kept.map((one) => line('keep', one as never)),
  ]);
}

function builds(objects: KubeObject[], configs: KubeObject[], overrides: Overrides = {}): Record<string, string> {
  const owners = configs.map((config) => reduceOwner('BuildConfig', config));
  return textsOf(planBuilds({ objects: objects.map(reduceBuild), owners, now: NOW }, { ...OPTIONS, ...overrides }));
}

interface Deployed {
  controllers?: KubeObject[];
  sets?: KubeObject[];
  configs?: KubeObject[];
  deployments?: KubeObject[];
}

function deployments(
  { controllers = [], sets = [], configs = [], deployments: owners = [] }: Deployed,
  overrides: Overrides = {},
): Record<string, string> {
  const evidence = {
    objects: [...controllers.map(reduceReplicationController), ...sets.map(reduceReplicaSet)],
    owners: [
      ...configs.map((owner) => reduceOwner('DeploymentConfig', owner)),
      ...owners.map((owner) => reduceOwner('Deployment', owner)),
    ],
    now: NOW,
  };
  return textsOf(planDeployments(evidence, { ...OPTIONS, ...overrides }));
}

const APP = [anOwner('dev/app')];

describe('builds', () => {
  test('of the same time are ordered by their number, then by name', () => {
    const objects = ['dev/app-9', 'dev/app-10', 'dev/app-2'].map((key) => aBuild(key));
    expect(Object.entries(builds(objects, APP)).filter(([, text]) => text.startsWith('keep'))).toEqual([
      ['app-10', 'keep: number 1 of BuildConfig dev/app is within --keep-complete=1'],
    ]);
    const unnumbered = ['a', 'c', 'b'].map((name) =>
      aBuild(`dev/${name}`, { metadata: { annotations: {} }, status: { config: { namespace: 'dev', name: 'app' } } }),
    );
    expect(Object.keys(builds(unnumbered, APP)).sort()).toEqual(['a', 'b', 'c']);
    expect(builds(unnumbered, APP).c).toMatch(/^keep/);
  });

  test('that are younger are kept and not counted', () => {
    const young = aBuild('dev/app-3', { metadata: { creationTimestamp: minutesAgo(60) } });
    expect(builds([aBuild('dev/app-1'), aBuild('dev/app-2'), young], APP)).toEqual({
      'app-1': 'delete: beyond --keep-complete=1 of BuildConfig dev/app',
      'app-2': 'keep: number 1 of BuildConfig dev/app is within --keep-complete=1',
      'app-3': 'keep: it is younger than --keep-younger-than',
    });
  });

  test.each<[string, KubeObject, string]>([
    [
      'without a time',
      aBuild('dev/app-1', { metadata: { creationTimestamp: undefined } }),
      'keep: its age is not known: it has no creationTimestamp',
    ],
    [
      'that is being deleted',
      aBuild('dev/app-1', { metadata: { deletionTimestamp: minutesAgo(1) } }),
      'keep: it is already being deleted: finalizers keep it',
    ],
    ['that runs', aBuild('dev/app-1', { status: { phase: 'Running' } }), 'keep: its phase is Running'],
    ['without a phase', aBuild('dev/app-1', { status: { phase: undefined } }), 'keep: it states no phase'],
    [
      'of another owner',
      aBuild('dev/app-1', {
        metadata: { ownerReferences: [{ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'x' }] },
      }),
      'keep: PipelineRun x (tekton.dev/v1) owns it',
    ],
    [
      'without a BuildConfig, but owned by one',
      aBuild('dev/app-1', {
        metadata: { ownerReferences: [ownedBy('BuildConfig', 'app')] },
        status: { config: undefined },
      }),
      'keep: BuildConfig app (build.openshift.io/v1) owns it',
    ],
    [
      'of a former BuildConfig of this name',
      aBuild('dev/app-1', { metadata: { ownerReferences: [ownedBy('BuildConfig', 'app', { uid: 'old' })] } }),
      'keep: BuildConfig dev/app was deleted and created again: this is a different one',
    ],
    [
      'of a BuildConfig without a namespace',
      aBuild('dev/app-1', { status: { config: { name: 'app' } } }),
      'keep: it does not state both the namespace and the name of its BuildConfig',
    ],
    [
      'of a BuildConfig elsewhere',
      aBuild('other/app-1', { status: { config: { namespace: 'dev', name: 'app' } } }),
      'keep: BuildConfig dev/app is in another namespace',
    ],
    ['of a missing BuildConfig', aBuild('dev/gone-1'), 'delete: BuildConfig dev/gone does not exist (--orphans)'],
    [
      'without a BuildConfig',
      aBuild('dev/app-1', { status: { config: undefined } }),
      'delete: no BuildConfig, DeploymentConfig or Deployment owns it (--orphans)',
    ],
    [
      'that failed',
      aBuild('dev/app-1', { status: { phase: 'Error' } }),
      'delete: beyond --keep-failed=0 of BuildConfig dev/app',
    ],
  ])('%s have a reason', (_title, build, reason) => {
    expect(Object.values(builds([build], APP, { orphans: true }))).toEqual([reason]);
  });

  test('without --orphans, the reason names the flag', () => {
    expect(builds([aBuild('dev/gone-1'), aBuild('dev/none', { status: { config: undefined } })], APP)).toEqual({
      'gone-1': 'keep: BuildConfig dev/gone does not exist; --orphans deletes it',
      none: 'keep: no BuildConfig, DeploymentConfig or Deployment owns it',
    });
  });

  test('of one namespace do not displace those of a BuildConfig in another one', () => {
    const foreign = ['evil/app-8', 'evil/app-9'].map((key) =>
      aBuild(key, {
        metadata: { creationTimestamp: minutesAgo(61) },
        status: { config: { namespace: 'dev', name: 'app' } },
      }),
    );
    expect(builds([aBuild('dev/app-1'), ...foreign], APP)['app-1']).toMatch(/^keep/);
    expect(builds([aBuild('dev/app-1'), ...foreign], APP, { rules: 'oc' })['app-1']).toMatch(/^delete/);
  });
});

describe('deployments', () => {
  test('the current revision is kept, also if it is scaled to zero', () => {
    const controllers = ['dev/app-1', 'dev/app-2'].map((key) => aReplicationController(key));
    expect(deployments({ controllers, configs: APP }, { keepComplete: 0 })).toEqual({
      'app-1': 'delete: beyond --keep-complete=0 of DeploymentConfig dev/app',
      'app-2': 'keep: it is the current revision of DeploymentConfig dev/app',
    });
  });

  test('the newest complete one is kept while a newer one has failed', () => {
    const controllers = [
      aReplicationController('dev/app-1'),
      aReplicationController('dev/app-2'),
      aReplicationController('dev/app-3', { phase: 'Failed' }),
    ];
    const texts = deployments({ controllers, configs: APP }, { keepComplete: 0 });
    expect(texts['app-1']).toMatch(/^delete/);
    expect(texts['app-2']).toMatch(/^keep/);
    expect(texts['app-3']).toMatch(/^keep/);
  });

  test('after a rollback, the replica set with the highest revision is kept', () => {
    const sets = [
      aReplicaSet('dev/app-9', { metadata: { creationTimestamp: minutesAgo(9000) } }),
      aReplicaSet('dev/app-7', { metadata: { creationTimestamp: minutesAgo(5000) } }),
      aReplicaSet('dev/app-8', { metadata: { creationTimestamp: minutesAgo(3000) } }),
    ];
    expect(deployments({ sets, deployments: APP }, { keepComplete: 0 })).toEqual({
      'app-7': 'delete: beyond --keep-complete=0 of Deployment dev/app',
      'app-8': 'keep: it is the current revision of Deployment dev/app',
      'app-9': 'keep: it is the current revision of Deployment dev/app',
    });
  });

  test.each<[string, Deployed, string]>([
    [
      'with replicas',
      { sets: [aReplicaSet('dev/app-1', { replicas: 1 })] },
      'keep: it has replicas, or does not state that it has none',
    ],
    [
      'of a Rollout',
      {
        sets: [
          aReplicaSet('dev/app-1', {
            metadata: { ownerReferences: [ownedBy('Rollout', 'app', { apiVersion: 'argoproj.io/v1alpha1' })] },
          }),
        ],
      },
      'keep: Rollout app (argoproj.io/v1alpha1) owns it',
    ],
    [
      'of a Deployment and of something else',
      {
        sets: [
          aReplicaSet('dev/app-1', {
            metadata: {
              ownerReferences: [
                ownedBy('Deployment', 'gone'),
                { apiVersion: 'example.com/v1', kind: 'App', name: 'x' },
              ],
            },
          }),
        ],
      },
      'keep: App x (example.com/v1) owns it',
    ],
    [
      'of two Deployments',
      {
        sets: [
          aReplicaSet('dev/app-1', {
            metadata: {
              ownerReferences: [ownedBy('Deployment', 'gone', { controller: false }), ownedBy('Deployment', 'app')],
            },
          }),
        ],
      },
      'keep: Deployment app (apps/v1) owns it',
    ],
    [
      'of a Deployment of another API',
      {
        sets: [
          aReplicaSet('dev/app-1', {
            metadata: { ownerReferences: [ownedBy('Deployment', 'gone', { apiVersion: 'example.com/v1' })] },
          }),
        ],
      },
      'keep: Deployment gone (example.com/v1) owns it',
    ],
    [
      'without an owner',
      { sets: [aReplicaSet('dev/app-1', { metadata: { ownerReferences: undefined } })] },
      'keep: no BuildConfig, DeploymentConfig or Deployment owns it',
    ],
    [
      'of a missing Deployment',
      { sets: [aReplicaSet('dev/gone-1')] },
      'delete: Deployment dev/gone does not exist (--orphans)',
    ],
    [
      'of a missing DeploymentConfig with a namesake',
      { controllers: [aReplicationController('dev/app-1')] },
      'keep: DeploymentConfig dev/app does not exist, but Deployment dev/app has its name',
    ],
    [
      'of a former Deployment of this name',
      {
        sets: [
          aReplicaSet('dev/app-1', { metadata: { ownerReferences: [ownedBy('Deployment', 'app', { uid: 'old' })] } }),
        ],
      },
      'keep: Deployment dev/app was deleted and created again: this is a different one',
    ],
    [
      'in a phase that is not known',
      { controllers: [aReplicationController('dev/app-1', { phase: 'Pending' })] },
      'keep: its phase is Pending',
    ],
  ])('%s have a reason', (_title, deployed, reason) => {
    const texts = deployments({ ...deployed, deployments: APP }, { orphans: true });
    expect(Object.values(texts)).toEqual([reason]);
  });
});
