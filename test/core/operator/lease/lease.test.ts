import { hostname } from 'node:os';
import { spawn } from 'node:child_process';
import { SILENT } from '../../../../src/core/kit/reporter.js';
import { openCluster } from '../../../../src/core/cluster/index.js';
import type { ClusterApi } from '../../../../src/core/cluster/api.js';
import { isCertainlyDead, thisHolder } from '../../../../src/core/kit/holder.js';
import { reportClocks } from '../../../../src/core/operator/clocks.js';
import { Lease } from '../../../../src/core/operator/lease/lease.js';
import {
  FRESH_MS,
  LEASE_ANNOTATION,
  RENEW_MS,
  TRUST_MS,
  isFresh,
  type LeaseRecord,
} from '../../../../src/core/operator/lease/record.js';
import { pendingRecoveryNotice } from '../../../../src/core/operator/lease/notice.js';
import { recoverHardPrune } from '../../../../src/core/hard-prune/procedure/recover.js';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/index.js';

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
const elsewhere = (record: LeaseRecord, secondsAgo: number): LeaseRecord => {
  const renewedAt = new Date(Date.now() - secondsAgo * 1000).toISOString();
  return { ...record, holder: { id: 'other', host: 'elsewhere', pid: 1 }, renewedAt, renewedAtLocally: renewedAt };
};
/** Returns an API client of a server whose clock differs. */
const withClock = (from: ClusterApi, differenceMs: number): ClusterApi =>
  Object.assign(Object.create(from) as ClusterApi, {
    request: async (...args: Parameters<ClusterApi['request']>) => {
      const response = await from.request(...args);
      const date = new Date(Date.now() + differenceMs).toUTCString();
      return { ...response, headers: { ...response.headers, date } };
    },
  });

test('others can take over only after the holder has stopped relying on its lock', () => {
  expect(RENEW_MS).toBeLessThan(TRUST_MS);
  expect(TRUST_MS).toBeLessThan(FRESH_MS);
});

test('records the previous mode, the holder and the last renewal; never overwrites an existing lock', async () => {
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

test('a lost response does not lose the lock', async () => {
  sandbox.addFault('PATCH /configs/cluster nth=1 => after=503');
  const lease = await take();
  expect(annotation()?.holder.id).toBe(lease.record.holder.id);
});

test('an error after which the registry can be locked says how to find out', async () => {
  sandbox.onRequest(({ method }) => (method === 'PATCH' ? { do: 'after', status: 403 } : undefined));
  await expect(take()).rejects.toMatchObject({
    code: 'FORBIDDEN',
    suggestions: expect.arrayContaining([expect.stringContaining('run regadm prune hard --recover')]) as string[],
  });
  expect(annotation()).toBeDefined();
});

test.each([
  ['removed', () => undefined],
  ['taken over', (record: LeaseRecord) => elsewhere(record, 0)],
] as const)('a lock that is %s stops the run', async (_what, change) => {
  let lost: Error | undefined;
  const lease = await take((error) => (lost = error));
  rewrite(change);
  await expect(lease.renew()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(lost).toMatchObject({ code: 'LEASE_LOST' });
  expect(lease.isTaken).toBe(true);
  await expect(lease.mayContinue()).rejects.toMatchObject({ code: 'LEASE_LOST' });
});

test('the run stops if another user ends the read-only mode, and still restores everything else', async () => {
  const lease = await take();
  lease.expectReadOnly(true);
  await expect(lease.renew()).rejects.toMatchObject({ message: expect.stringContaining('read-only mode') as string });
  expect(lease.isTaken).toBe(false);
});

test('a lock is fresh while it is renewed', () => {
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
  await expect(
    recoverHardPrune({ api, reporter: SILENT }, { timeoutMs: 600_000, acceptDataLoss: false }),
  ).rejects.toMatchObject({
    code: 'HARD_PRUNE_UNDERWAY',
    exitCode: 4,
  });
  expect(await pendingRecoveryNotice(api)).toContain('a hard prune is under way');
  rewrite((record) => elsewhere(record, 3600));
  expect(await pendingRecoveryNotice(api)).toContain('regadm prune hard --recover');
  await expect(take()).rejects.toMatchObject({ code: 'HARD_PRUNE_UNFINISHED', exitCode: 4 });
  expect(
    await recoverHardPrune({ api, reporter: SILENT }, { timeoutMs: 600_000, acceptDataLoss: false }),
  ).toMatchObject({ found: true });
  expect(annotation()).toBeUndefined();
  expect(
    await recoverHardPrune({ api, reporter: SILENT }, { timeoutMs: 600_000, acceptDataLoss: false }),
  ).toMatchObject({ found: false });
  expect(await pendingRecoveryNotice(api)).toBeUndefined();
});

describe('when a clock is fast', () => {
  const FAST_MS = 180_000;
  const takeOver = (durationMs: number, onStart?: () => void): Promise<Lease | undefined> =>
    Lease.takeOver(withClock(api, FAST_MS), () => {}, { durationMs, pauseMs: 20, onStart });

  beforeEach(async () => {
    (await take()).abandon();
    rewrite((record) => elsewhere(record, 10));
  });

  test('a lock that is renewed is not taken over', async () => {
    let looks = 0;
    const renewAtSecondLook = (): void =>
      sandbox.onRequest(({ path }) => {
        if (path.includes('/configs/cluster') && ++looks === 2) rewrite((record) => elsewhere(record, 0));
      });
    await expect(takeOver(600_000, renewAtSecondLook)).rejects.toMatchObject({
      code: 'HARD_PRUNE_UNDERWAY',
      exitCode: 4,
    });
    expect(looks).toBeGreaterThanOrEqual(2);
    expect(annotation()?.holder.id).toBe('other');
  });

  test('a lock that is not renewed in time is taken over', async () => {
    const lease = await takeOver(100);
    leases.push(lease!);
    expect(annotation()?.holder.id).toBe(lease?.record.holder.id);
  });

  test('a lock that was renewed by the same fast clock is not taken over', async () => {
    rewrite((record) => ({ ...elsewhere(record, 0), renewedAt: new Date(Date.now() + FAST_MS).toISOString() }));
    await expect(takeOver(600_000)).rejects.toMatchObject({ code: 'HARD_PRUNE_UNDERWAY' });
  });

  test('the difference is reported', () => {
    const warnings: string[] = [];
    const reporter = { warning: (text: string) => void warnings.push(text) };
    const report = (difference: number): void =>
      reportClocks({ config: {} as never, serverTime: 1_000_000, localTime: 1_000_000 + difference }, reporter);
    for (const difference of [0, 60_000, -60_000, 180_000, -90_000]) report(difference);
    expect(warnings).toEqual([
      expect.stringContaining("is 180 s ahead of the API server's"),
      expect.stringContaining("is 90 s behind the API server's"),
    ]);
  });
});

describe("when the clock of the holder's API server is slow", () => {
  const SLOW_MS = 180_000;
  const takeOver = (durationMs: number, onStart?: () => void): Promise<Lease | undefined> =>
    Lease.takeOver(api, () => {}, { durationMs, pauseMs: 20, onStart });
  const onAnotherMachine = (record: LeaseRecord): LeaseRecord => ({
    ...record,
    holder: { id: 'other', host: 'elsewhere', pid: 1 },
  });

  beforeEach(async () => {
    const fast = api;
    api = withClock(fast, -SLOW_MS);
    (await take()).abandon();
    api = fast;
    rewrite(onAnotherMachine);
  });

  test('a lock that is renewed is not taken over', async () => {
    const renew = (): void =>
      rewrite((record) => ({ ...record, renewedAt: new Date(Date.now() - SLOW_MS + 60_000).toISOString() }));
    await expect(takeOver(600_000, renew)).rejects.toMatchObject({ code: 'HARD_PRUNE_UNDERWAY', exitCode: 4 });
    expect(annotation()?.holder.id).toBe('other');
  });

  test('a lock that is not renewed in time is taken over', async () => {
    let watched = false;
    leases.push((await takeOver(100, () => (watched = true)))!);
    expect(watched).toBe(true);
    expect(annotation()?.holder.id).not.toBe('other');
  });

  test('a renewal states both clocks', () => {
    const { renewedAt, renewedAtLocally } = annotation()!;
    expect(Date.parse(renewedAtLocally!) - Date.parse(renewedAt)).toBeGreaterThan(SLOW_MS / 2);
  });
});

test('a spec that was false before is false again, not absent', async () => {
  const config = sandbox.store.get('configs', 'cluster')!;
  sandbox.store.put('configs', { ...config, spec: { ...config.spec, readOnly: false } });
  const lease = await take();
  lease.abandon();
  rewrite((record) => elsewhere(record, 3600));
  const changed = sandbox.store.get('configs', 'cluster')!;
  sandbox.store.put('configs', { ...changed, spec: { ...changed.spec, readOnly: true } });
  await recoverHardPrune({ api, reporter: SILENT }, { timeoutMs: 10_000, acceptDataLoss: false });
  expect(sandbox.store.get('configs', 'cluster')?.spec?.readOnly).toBe(false);
});

test('an annotation that cannot be read is an error with the manual steps', async () => {
  rewrite(() => 'nonsense');
  await expect(take()).rejects.toMatchObject({ code: 'LEASE_UNREADABLE' });
  await expect(
    recoverHardPrune({ api, reporter: SILENT }, { timeoutMs: 600_000, acceptDataLoss: false }),
  ).rejects.toMatchObject({
    code: 'LEASE_UNREADABLE',
    suggestions: expect.arrayContaining([expect.stringContaining('oc annotate')]) as string[],
  });
  expect(await pendingRecoveryNotice(api)).toContain('cannot be read');
});

test('a user who cannot read the config gets no notice, and no error', async () => {
  const nobody = await openCluster({ kubeconfig: sandbox.kubeconfig.nobody });
  expect(await pendingRecoveryNotice(nobody)).toBeUndefined();
  await nobody.close();
});
