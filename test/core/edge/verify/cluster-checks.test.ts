import type { KubeObject } from '../../../../src/core/cluster/api.js';
import { toCheck } from '../../../../src/core/edge/verify/check.js';
import { checkConfig } from '../../../../src/core/edge/verify/config-checks.js';
import { checkPods } from '../../../../src/core/edge/verify/pod-check.js';
import { checkVolume } from '../../../../src/core/edge/verify/volume-checks.js';
import { aResponse, fakeApi } from '../../../support/fake-api.js';

const NAMESPACE = 'openshift-image-registry';
const GONE = '2026-11-28T12:00:00Z';

/** A managed cluster whose registry works, except for what a test changes. */
class Site {
  config: KubeObject = {
    apiVersion: 'imageregistry.operator.openshift.io/v1',
    kind: 'Config',
    metadata: { name: 'cluster', generation: 2 },
    spec: { managementState: 'Managed', storage: { pvc: { claim: 'c' } } },
    status: {
      observedGeneration: 2,
      conditions: [
        { type: 'Available', status: 'True' },
        { type: 'Degraded', status: 'False' },
      ],
    },
  };
  claim: KubeObject = {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
    metadata: { name: 'c', namespace: NAMESPACE, uid: '1' },
    spec: { volumeName: 'v' },
    status: { phase: 'Bound' },
  };
  volume: KubeObject = {
    ...{ apiVersion: 'v1', kind: 'PersistentVolume' },
    metadata: { name: 'v' },
    spec: { claimRef: { namespace: NAMESPACE, name: 'c', uid: '1' }, local: { path: '/r' } },
    status: { phase: 'Bound' },
  };
  pods = [aPod('p')];

  get api() {
    return fakeApi(({ path }) => {
      const list = { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '1' }, items: this.pods };
      if (path.endsWith('/pods')) return aResponse(200, list);
      if (path.includes('/persistentvolumeclaims/')) return aResponse(200, this.claim);
      return aResponse(200, path.includes('/persistentvolumes/') ? this.volume : this.config);
    }).api;
  }

  setStatus(status: Record<string, unknown>): this {
    this.config = { ...this.config, status: { ...this.config.status, ...status } };
    return this;
  }
}

function aPod(name: string, metadata: object = {}, ready = 'True'): KubeObject {
  return {
    metadata: { name, namespace: NAMESPACE, uid: name, resourceVersion: '1', ...metadata },
    spec: { volumes: [{ persistentVolumeClaim: { claimName: 'c' } }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
  };
}

let site: Site;
beforeEach(() => (site = new Site()));

describe('the Config of the registry', () => {
  test('passes if it is available, not degraded, and names a claim', async () => {
    expect(await checkConfig(site.api)).toMatchObject([{ status: 'ok', message: 'available, on claim c' }]);
  });

  test.each([
    ['states nothing', { conditions: [] }, 'the operator does not state that the registry is Available'],
    ['has no conditions', { conditions: undefined }, 'the operator does not state that the registry is Available'],
    [
      'does not know whether it is degraded',
      {
        conditions: [
          { type: 'Available', status: 'True' },
          { type: 'Degraded', status: 'Unknown', reason: 'Stuck' },
        ],
      },
      'Degraded is Unknown: Stuck',
    ],
  ])('fails if it %s', async (_, status, message) => {
    expect(await checkConfig(site.setStatus(status).api)).toMatchObject([{ status: 'failed', message }]);
  });

  test('is a warning if its conditions are about an earlier state', async () => {
    expect(await checkConfig(site.setStatus({ observedGeneration: 1 }).api)).toMatchObject([{ status: 'warning' }]);
  });

  test('without a state is not managed', async () => {
    site.config.spec = {};
    expect(await checkConfig(site.api)).toMatchObject([{ message: 'managementState is not set' }]);
  });

  test.each([{ conditions: [null] }, { conditions: 'none' }])(
    'with a field of another type is not checked, and the message states why: %j',
    async (status) => {
      const error: unknown = await checkConfig(site.setStatus(status).api).catch((cause: unknown) => cause);
      expect(toCheck({ where: 'cluster', name: 'registry-config' }, error)).toMatchObject({
        ...{ status: 'failed', notChecked: true, suggestions: [expect.any(String)] },
        message: expect.stringMatching(/^an object that the API server returned has fields of other types than/),
      });
    },
  );
});

describe('claim and volume', () => {
  const outcome = async () =>
    (await checkVolume(site.api, '/r')).map(({ name, status, message }) => [name, status, message]);

  test('pass if they are bound to each other', async () => {
    expect((await outcome()).map(([name, status]) => `${name} ${status}`)).toEqual([
      'claim ok',
      'volume ok',
      'claim-use ok',
    ]);
  });

  test('are not read if the Config names no claim', async () => {
    site.config.spec = { managementState: 'Managed', storage: { emptyDir: {} } };
    expect(await outcome()).toEqual([['claim', 'skipped', "the registry's Config names no claim"]]);
  });

  test.each<[string, () => unknown, string]>([
    ['a volume of an earlier claim', () => (site.claim.metadata.uid = '2'), 'is bound to .*/c of another uid'],
    ['a volume that is deleted', () => (site.volume.metadata.deletionTimestamp = GONE), 'v is being deleted'],
    ['a claim that is deleted', () => (site.claim.metadata.deletionTimestamp = GONE), 'c is being deleted'],
    ['a claim without a volume', () => (site.claim.spec = {}), 'is Bound, but names no volume'],
    ['pods that are deleted', () => (site.pods = [aPod('p', { deletionTimestamp: GONE })]), 'no registry pod uses'],
  ])('fail for %s', async (_, change, message) => {
    change();
    expect((await outcome()).filter(([, status]) => status === 'failed')).toEqual([
      [expect.any(String), 'failed', expect.stringMatching(message)],
    ]);
  });
});

test('pods that are being deleted do not count', async () => {
  site.pods = [aPod('old', { deletionTimestamp: GONE }, 'False'), aPod('new')];
  expect(await checkPods(site.api)).toMatchObject([{ status: 'ok', message: 'ready: new' }]);
  site.pods = [aPod('old', { deletionTimestamp: GONE })];
  expect(await checkPods(site.api)).toMatchObject([{ status: 'failed' }]);
});
