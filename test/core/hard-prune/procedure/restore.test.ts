import { openCluster } from '../../../../src/core/cluster/index.js';
import type { ClusterApi } from '../../../../src/core/cluster/api.js';
import { closingLines } from '../../../../src/core/hard-prune/output/closing.js';
import { restore } from '../../../../src/core/hard-prune/procedure/restore.js';
import { Steps } from '../../../../src/core/hard-prune/procedure/steps.js';
import { SILENT } from '../../../../src/core/kit/reporter.js';
import { RegadmError } from '../../../../src/core/model/errors.js';
import { Lease } from '../../../../src/core/operator/lease/lease.js';
import { LEASE_ANNOTATION } from '../../../../src/core/operator/lease/record.js';
import { modeRollout, waitForRollout } from '../../../../src/core/operator/rollout.js';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/index.js';

const RECOVER = '  * run: regadm prune hard --recover';
const REDIS = new RegadmError('cannot empty the blob cache', { code: 'REDIS_FAILED', suggestions: ['empty it'] });

let sandbox: Sandbox;
let api: ClusterApi;

beforeEach(async () => {
  sandbox = await startSandbox({ operator: true, rolloutStepMs: 5 });
  api = await openCluster({ kubeconfig: sandbox.kubeconfig.admin });
});

afterEach(async () => {
  await api.close();
  await sandbox.stop();
});

/** Restores the registry after a run that locked it, and returns what a hard prune prints at its end. */
async function linesAfterRestore(
  emptyCache?: () => Promise<number>,
  whileLocked?: (lease: Lease) => Promise<void>,
): Promise<string[]> {
  const terms = { changesMode: () => true, binding: true, emptiesCache: false };
  const lease = await Lease.take(api, terms, () => {});
  await whileLocked?.(lease);
  const steps = new Steps(SILENT);
  const options = { api, lease, steps, reporter: SILENT, timeoutMs: 60_000, prunerMayRun: false };
  const notRestored = await restore({ ...options, emptyCache });
  lease.abandon();
  const report = { dryRun: true, procedure: [], options: {} } as never;
  return closingLines({ report, notRestored }, true);
}

const registryPods = (): string[] =>
  sandbox.store
    .list('pods', 'openshift-image-registry')
    .filter(({ metadata }) => metadata.labels?.['docker-registry'] === 'default')
    .map(({ metadata }) => metadata.name);

const isLocked = (): boolean =>
  sandbox.store.get('configs', 'cluster')?.metadata.annotations?.[LEASE_ANNOTATION] !== undefined;

test.each([
  ['the mode', 'PATCH /configs/cluster from=2 => 403'],
  ['the roll-out', 'GET /deployments/image-registry => 403'],
  ['the cluster role binding', 'GET /clusterrolebindings/ => 403'],
])('a failure to restore %s names --recover, once', async (_what, fault) => {
  sandbox.addFault(fault);
  const lines = await linesAfterRestore();
  expect(isLocked()).toBe(true);
  expect(lines.filter((line) => line === RECOVER)).toHaveLength(1);
});

test('several failures are listed before what to do about them', async () => {
  sandbox.addFault('GET /deployments/image-registry => 403');
  sandbox.addFault('GET /clusterrolebindings/ => 403');
  const lines = await linesAfterRestore(() => Promise.reject(REDIS));
  const [binding, cache, rollout, ...suggestions] = lines;
  expect([binding, cache, rollout]).toEqual([
    expect.stringMatching(/^error: .*clusterrolebinding/i),
    'error: cannot empty the blob cache',
    expect.stringMatching(/^error: .*deployment/),
  ]);
  expect(suggestions.filter((line) => line === RECOVER)).toHaveLength(1);
  expect(suggestions).toContain('  * empty it');
});

test('a cache that was not emptied does not name --recover, which would find nothing to recover', async () => {
  const lines = await linesAfterRestore(() => Promise.reject(REDIS));
  expect(isLocked()).toBe(false);
  expect(lines).toEqual(['error: cannot empty the blob cache', '  * empty it']);
});

test('what the old pods write into the cache during the roll-out is deleted, too', async () => {
  const podsAtEmptying: string[][] = [];
  let readOnly: string[] = [];
  await linesAfterRestore(
    async () => podsAtEmptying.push(registryPods()),
    async (lease) => {
      await lease.change(() => ({ spec: { readOnly: true } }));
      await waitForRollout(api, { ...modeRollout(true), timeoutMs: 60_000, reporter: SILENT });
      readOnly = registryPods();
    },
  );
  expect(podsAtEmptying).toHaveLength(2);
  expect(podsAtEmptying[0]).toEqual(readOnly);
  expect(podsAtEmptying[1]!.filter((name) => readOnly.includes(name))).toEqual([]);
});
