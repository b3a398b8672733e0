import fc from 'fast-check';
import type { KubeObject } from '../../src/core/model/kube.js';
import { NOW } from '../support/builders.js';
import {
  buildLists,
  deletedNames,
  deploymentLists,
  optionSets,
  planOf,
  type ObjectLists,
  type Options,
} from './object-lists.js';

/** Number of generated clusters per property. PROPERTY_RUNS=20000 searches longer. */
const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 500) };

interface Reference {
  apiVersion: string;
  kind: string;
  name: string;
  uid?: string;
  controller?: boolean;
}

const referencesOf = ({ metadata }: KubeObject): Reference[] =>
  (metadata.ownerReferences ?? []) as unknown as Reference[];

const OWNER_KINDS: Record<string, string> = {
  Build: 'BuildConfig',
  ReplicationController: 'DeploymentConfig',
  ReplicaSet: 'Deployment',
};

describe.each([
  ['builds', buildLists],
  ['deployments', deploymentLists],
])('%s', (_things, lists) => {
  const check = (property: (lists: ObjectLists, options: Options) => void): void =>
    fc.assert(fc.property(lists, optionSets, property), RUNS);
  const deletedBySafe = (all: ObjectLists, options: Options) => {
    const names = new Set(deletedNames(planOf(all, options, 'safe')));
    return all.objects.filter(({ object }) => names.has(object.metadata.name));
  };

  test('safe never deletes more than oc', () =>
    check((all, options) => {
      const oc = new Set(deletedNames(planOf(all, options, 'oc')));
      expect(deletedNames(planOf(all, options, 'safe')).filter((name) => !oc.has(name))).toEqual([]);
    }));

  test.each(['oc', 'safe'] as const)('%s: every object is either deleted or kept, once', (rules) =>
    check((all, options) => {
      const { deletions, kept } = planOf(all, options, rules);
      const names = [...deletions, ...kept].map(({ object }) => object.name).sort();
      const read = all.objects.filter(
        ({ kind, object }) =>
          (options.namespace === undefined || object.metadata.namespace === options.namespace) &&
          (options.replicaSets || kind !== 'ReplicaSet'),
      );
      expect(names).toEqual(read.map(({ object }) => object.metadata.name).sort());
    }),
  );

  test.each(['oc', 'safe'] as const)('%s: the order of lists does not matter', (rules) =>
    check((all, options) => {
      const reversed = { objects: [...all.objects].reverse(), owners: [...all.owners].reverse() };
      expect(deletedNames(planOf(reversed, options, rules))).toEqual(deletedNames(planOf(all, options, rules)));
      // For `oc`, owners of the same name are one: which of them a reason names depends on the order.
      if (rules === 'safe') expect(planOf(reversed, options, rules)).toEqual(planOf(all, options, rules));
    }),
  );

  test.each(['oc', 'safe'] as const)('%s: who keeps more deletes no more', (rules) =>
    check((all, options) => {
      const fewer = new Set(deletedNames(planOf(all, options, rules)));
      for (const more of [
        { keepComplete: options.keepComplete + 1 },
        { keepFailed: options.keepFailed + 1 },
        { orphans: false },
        { keepYoungerThanMs: options.keepYoungerThanMs + 3_600_000 },
      ])
        expect(deletedNames(planOf(all, { ...options, ...more }, rules)).filter((name) => !fewer.has(name))).toEqual(
          [],
        );
    }),
  );

  test.each(['oc', 'safe'] as const)('%s: nothing young, new or running is deleted', (rules) =>
    check((all, options) => {
      const names = new Set(deletedNames(planOf(all, options, rules)));
      for (const { kind, object } of all.objects.filter(({ object: { metadata } }) => names.has(metadata.name))) {
        const { creationTimestamp, annotations = {} } = object.metadata;
        if (creationTimestamp !== undefined)
          expect(Date.parse(creationTimestamp)).toBeLessThan(NOW - options.keepYoungerThanMs);
        const status = object.status as { phase?: string; replicas?: number };
        const phase = kind === 'Build' ? status.phase : annotations['openshift.io/deployment.phase'];
        if (kind !== 'ReplicaSet') expect(['Complete', 'Failed', 'Error', 'Cancelled']).toContain(phase);
        if (kind !== 'Build') expect([object.spec?.replicas, status.replicas ?? 0]).toEqual([0, 0]);
      }
    }),
  );

  test('safe: nothing without a time of creation, and nothing that is being deleted, is deleted', () =>
    check((all, options) => {
      for (const { object } of deletedBySafe(all, options)) {
        expect(object.metadata.creationTimestamp).toBeDefined();
        expect(object.metadata.deletionTimestamp).toBeUndefined();
      }
    }));

  test('safe: nothing that another controller owns is deleted', () =>
    check((all, options) => {
      for (const { kind, object } of deletedBySafe(all, options)) {
        const others = referencesOf(object).filter(
          (owner) => owner.kind !== OWNER_KINDS[kind] || owner.apiVersion.startsWith('argoproj.io/'),
        );
        expect(others).toEqual([]);
      }
    }));

  test('safe: nothing is deleted as an orphan while an owner that it names exists', () =>
    check((all, options) => {
      for (const { object, because } of planOf(all, options, 'safe').deletions) {
        if (because.because !== 'orphan') continue;
        const read = all.objects.find((one) => one.object.metadata.name === object.name)!;
        const named = referencesOf(read.object).filter(({ kind, name }) =>
          all.owners.some(
            (owner) =>
              owner.kind === kind &&
              owner.object.metadata.name === name &&
              owner.object.metadata.namespace === object.namespace,
          ),
        );
        expect(named).toEqual([]);
      }
    }));
});

test('safe: a build in one namespace changes nothing in another one', () => {
  fc.assert(
    fc.property(buildLists, optionSets, (all, options) => {
      const without = { ...all, objects: all.objects.filter(({ object }) => object.metadata.namespace === 'a') };
      if (without.objects.length === 0) return;
      const inA = new Set(without.objects.map(({ object }) => object.metadata.name));
      const deleted = deletedNames(planOf(all, options, 'safe')).filter((name) => inA.has(name));
      expect(deleted).toEqual(deletedNames(planOf(without, options, 'safe')));
    }),
    RUNS,
  );
});

test('safe: the current revision of every owner is kept, whatever --keep-complete says', () => {
  fc.assert(
    fc.property(deploymentLists, optionSets, (all, options) => {
      const deleted = new Set(deletedNames(planOf(all, { ...options, keepComplete: 0, keepFailed: 0 }, 'safe')));
      for (const { kind, object: owner } of all.owners) {
        const owned = all.objects.filter(
          ({ object }) =>
            object.metadata.namespace === owner.metadata.namespace &&
            referencesOf(object).some(
              (reference) =>
                reference.kind === kind &&
                reference.name === owner.metadata.name &&
                reference.uid === owner.metadata.uid,
            ),
        );
        const newest = Math.max(...owned.map(({ object }) => Date.parse(object.metadata.creationTimestamp ?? '')));
        const currents = owned.filter(({ object }) => Date.parse(object.metadata.creationTimestamp ?? '') === newest);
        if (currents.length === 1) expect(deleted.has(currents[0]!.object.metadata.name)).toBe(false);
        else if (currents.length > 1)
          expect(currents.every(({ object }) => deleted.has(object.metadata.name))).toBe(false);
      }
    }),
    RUNS,
  );
});
