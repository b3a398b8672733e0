import type { KubeObject } from '../../../../src/core/cluster/api.js';
import { storageSizes } from '../../../../src/core/edge/verify/claim.js';
import { checkConfig } from '../../../../src/core/edge/verify/config-checks.js';
import { partitionSizes } from '../../../../src/core/edge/verify/expected.js';
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
    [
      'does not state whether it is degraded',
      { conditions: [{ type: 'Available', status: 'True' }] },
      'the operator does not report whether the registry is Degraded',
    ],
    [
      'does not state whether it is available',
      { conditions: [{ type: 'Degraded', status: 'False' }] },
      'the operator does not report whether the registry is Available',
    ],
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

  test.each([1, undefined, '2'])('fails if its conditions are about another state: %j', async (observedGeneration) => {
    const [check] = await checkConfig(site.setStatus({ observedGeneration }).api);
    expect(check).toMatchObject({ status: 'failed', message: expect.stringContaining('has not acted on the latest') });
  });

  test('without a state is not managed', async () => {
    site.config.spec = {};
    expect(await checkConfig(site.api)).toMatchObject([{ message: 'managementState is not set' }]);
  });

  test.each([{ conditions: [null, 5, { type: 'Available' }] }, { conditions: 'none' }])(
    'fails with conditions of other types: %j',
    async (status) => {
      expect(await checkConfig(site.setStatus(status).api)).toMatchObject([
        { status: 'failed', message: 'the operator does not report whether the registry is Available' },
        { status: 'failed', message: 'the operator does not report whether the registry is Degraded' },
      ]);
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
    ['a volume of an earlier claim', () => (site.claim.metadata.uid = '2'), 'is bound to an earlier claim .*/c'],
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

describe('the size of the mount', () => {
  const config = {
    ignition: { version: '3.2.0' as const },
    storage: {
      disks: [{ device: '/dev/sda', partitions: [{ label: 'r', sizeMiB: 2048 }] }],
      filesystems: [{ device: '/dev/disk/by-partlabel/r', format: 'xfs', path: '/r' }],
    },
  };

  test('is compared with the volume, the claim and the rendered partition', async () => {
    site.volume.spec = { ...site.volume.spec, capacity: { storage: '3Gi' } };
    site.claim.spec = { ...site.claim.spec, resources: { requests: { storage: '1Gi' } } };
    expect([...(await storageSizes(site.api)), ...partitionSizes(config, '/r')]).toEqual([
      { what: 'the volume', bytes: 3 * 2 ** 30 },
      { what: 'the claim', bytes: 2 ** 30 },
      { what: 'the rendered partition', bytes: 2 ** 31 },
    ]);
  });

  test('is not compared with what states none', async () => {
    expect([...(await storageSizes(site.api)), ...partitionSizes(config, '/other')]).toEqual([]);
    site.config.spec = {};
    expect(await storageSizes(site.api)).toEqual([]);
  });
});
