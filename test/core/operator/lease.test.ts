import { hostname } from 'node:os';
import { spawn } from 'node:child_process';
import { openCluster } from '../../../src/core/cluster/index.js';
import type { ClusterApi } from '../../../src/core/cluster/api.js';
import { isCertainlyDead, thisHolder } from '../../../src/core/operator/holder.js';
import { Lease } from '../../../src/core/operator/lease.js';
import {
  FRESH_MS,
  LEASE_ANNOTATION,
  RENEW_MS,
  TRUST_MS,
  isFresh,
  type LeaseRecord,
} from '../../../src/core/operator/lease-record.js';
import { pendingRecoveryNotice } from '../../../src/core/operator/notice.js';
import { recoverHardPrune } from '../../../src/core/hard-prune/procedure/recover.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { silentReporter } from '../../support/hard-prune.js';

let sandbox: Sandbox;
let api: ClusterApi;
const leases: Lease[] = [];

beforeEach(async () => {
  sandbox = await startSandbox({ operator: true, rolloutStepMs: 5 });
  api = await openCluster({ kubeconfig: sandbox.kubeconfig.admin });
});

afterEach(async () => {
  for (const lease of leases.splice(0)) lease.abandon();
  await api.close();
  await sandbox.stop();
});

const take = async (onLost: (error: Error) => void = () => {}): Promise<Lease> => {
  const lease = await Lease.take(
    api,
    { changesMode: (readOnly) => !readOnly, binding: true, emptiesCache: false },
    onLost,
  );
  leases.push(lease);
  return lease;
};
const annotation = (): LeaseRecord | undefined => {
  const text = sandbox.store.get('configs', 'cluster')?.metadata.annotations?.[LEASE_ANNOTATION];
  return text === undefined ? undefined : (JSON.parse(text) as LeaseRecord);
};
function rewrite(change: (record: LeaseRecord) => LeaseRecord | string | undefined): void {
  const config = sandbox.store.get('configs', 'cluster')!;
  const { [LEASE_ANNOTATION]: text, ...others } = config.metadata.annotations ?? {};
  const changed = change(text === undefined ? ({} as LeaseRecord) : (JSON.parse(text) as LeaseRecord));
  const annotations =
    changed === undefined
      ? others
      : { ...others, [LEASE_ANNOTATION]: typeof changed === 'string' ? changed : JSON.stringify(changed) };
  sandbox.store.put('configs', { ...config, metadata: { ...config.metadata, annotations } });
}
/** As another machine would have written it. */
const elsewhere = (record: LeaseRecord, secondsAgo: number): LeaseRecord => ({
  ...record,
  holder: { id: 'other', host: 'elsewhere', pid: 1 },
  renewedAt: new Date(Date.now() - secondsAgo * 1000).toISOString(),
});

test('others may take over only after its holder has stopped trusting it', () => {
  expect(RENEW_MS).toBeLessThan(TRUST_MS);
  expect(TRUST_MS).toBeLessThan(FRESH_MS);
});

test('carries the previous mode, who holds it and when it was renewed; one that is there is never overwritten', async () => {
  const lease = await take();
  expect(annotation()).toMatchObject({
    previousReadOnly: null,
    changesMode: true,
    holder: { host: hostname(), pid: process.pid },
  });
  await expect(take()).rejects.toMatchObject({ code: 'HARD_PRUNE_UNDERWAY', exitCode: 4 });
  expect(annotation()?.holder.id).toBe(lease.record.holder.id);
  await lease.release();
  expect(annotation()).toBeUndefined();
});

test("an answer that is lost does not make it somebody else's", async () => {
  sandbox.addFault('PATCH /configs/cluster nth=1 => after=503');
  const lease = await take();
  expect(annotation()?.holder.id).toBe(lease.record.holder.id);
});

test.each([
  ['removed', () => undefined],
  ['taken over', (record: LeaseRecord) => elsewhere(record, 0)],
] as const)('an annotation that is %s ends the run', async (_what, change) => {
  let lost: Error | undefined;
  const lease = await take((error) => (lost = error));
  rewrite(change);
  await expect(lease.renew()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(lost).toMatchObject({ code: 'LEASE_LOST' });
  expect(lease.isOthers).toBe(true);
  await expect(lease.mayGoOn()).rejects.toMatchObject({ code: 'LEASE_LOST' });
});

test('somebody ending the read-only mode ends the run, which then puts back the rest', async () => {
  const lease = await take();
  lease.expectReadOnly(true);
  await expect(lease.renew()).rejects.toMatchObject({ message: expect.stringContaining('read-only mode') as string });
  expect(lease.isOthers).toBe(false);
});

test('is fresh while it is renewed, stale after that', () => {
  const record = { holder: { id: 'a', host: 'elsewhere', pid: 1 }, renewedAt: '2026-01-01T00:00:00Z' } as LeaseRecord;
  const renewed = Date.parse(record.renewedAt);
  expect(isFresh(record, renewed + FRESH_MS - 1)).toBe(true);
  expect(isFresh(record, renewed + FRESH_MS)).toBe(false);
});

test('a holder is known to be dead only on its own machine', async () => {
  const alive = thisHolder();
  expect(isCertainlyDead(alive)).toBe(false);
  expect(isCertainlyDead({ ...alive, process: undefined, pid: 999_999_999 })).toBe(false);
  expect(isCertainlyDead({ ...alive, process: alive.process?.replace(/^\S+/, 'another-boot'), pid: 999_999_999 })).toBe(
    false,
  );
  const child = spawn('true');
  await new Promise((resolve) => child.once('exit', resolve));
  if (alive.process) expect(isCertainlyDead({ ...alive, pid: child.pid! })).toBe(true);
});

test('--recover refuses a fresh one of another machine, and takes over a stale one', async () => {
  const lease = await take();
  lease.abandon();
  rewrite((record) => elsewhere(record, 0));
  await expect(recoverHardPrune(api, { timeoutMs: 600_000 }, silentReporter)).rejects.toMatchObject({
    code: 'HARD_PRUNE_UNDERWAY',
    exitCode: 4,
  });
  expect(await pendingRecoveryNotice(api)).toContain('a hard prune is under way');
  rewrite((record) => elsewhere(record, 3600));
  expect(await pendingRecoveryNotice(api)).toContain('regadm prune hard --recover');
  await expect(take()).rejects.toMatchObject({ code: 'HARD_PRUNE_UNFINISHED', exitCode: 4 });
  expect(await recoverHardPrune(api, { timeoutMs: 600_000 }, silentReporter)).toMatchObject({ found: true });
  expect(annotation()).toBeUndefined();
  expect(await recoverHardPrune(api, { timeoutMs: 600_000 }, silentReporter)).toMatchObject({ found: false });
  expect(await pendingRecoveryNotice(api)).toBeUndefined();
});

test('a spec that was set to false before is false again, not absent', async () => {
  const config = sandbox.store.get('configs', 'cluster')!;
  sandbox.store.put('configs', { ...config, spec: { ...config.spec, readOnly: false } });
  const lease = await take();
  lease.abandon();
  rewrite((record) => elsewhere(record, 3600));
  const changed = sandbox.store.get('configs', 'cluster')!;
  sandbox.store.put('configs', { ...changed, spec: { ...changed.spec, readOnly: true } });
  await recoverHardPrune(api, { timeoutMs: 10_000 }, silentReporter);
  expect(sandbox.store.get('configs', 'cluster')?.spec?.readOnly).toBe(false);
});

test('an annotation that cannot be read is said, with what to do by hand', async () => {
  rewrite(() => 'nonsense');
  await expect(take()).rejects.toMatchObject({ code: 'LEASE_UNREADABLE' });
  await expect(recoverHardPrune(api, { timeoutMs: 600_000 }, silentReporter)).rejects.toMatchObject({
    code: 'LEASE_UNREADABLE',
    suggestions: expect.arrayContaining([expect.stringContaining('oc annotate')]) as string[],
  });
  expect(await pendingRecoveryNotice(api)).toContain('cannot be read');
});

test('a user who may not read the config gets no notice, and no error', async () => {
  const nobody = await openCluster({ kubeconfig: sandbox.kubeconfig.nobody });
  expect(await pendingRecoveryNotice(nobody)).toBeUndefined();
  await nobody.close();
});
