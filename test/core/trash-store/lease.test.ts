import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { thisHolder, type Holder } from '../../../src/core/kit/holder.js';
import { LEASE_FILE, LEASE_TIMING, formatLease, parseLease } from '../../../src/core/trash-store/lease-file.js';
import { TrashLease } from '../../../src/core/trash-store/lease.js';
import { ManualTimers } from '../../support/manual-timers.js';
import { MemoryStorage } from '../../support/memory-storage.js';
import { HOUR } from '../../support/trash-scene.js';

/** A process that sleeps and wakes up: its timers do not run meanwhile, but its clocks do. */
class SleepyProcess {
  readonly timers = new ManualTimers();
  private slept = 0;

  constructor(readonly storage: MemoryStorage) {}

  take(): Promise<TrashLease> {
    return TrashLease.take(this.storage, { timers: this.timers, age: () => this.timers.now() + this.slept });
  }

  sleep(ms: number): void {
    this.slept += ms;
    this.storage.time += ms;
  }

  /** Works, and renews the lease meanwhile. */
  async work(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1000) {
      this.storage.time += 1000;
      this.timers.advance(1000);
      await new Promise(setImmediate);
    }
  }
}

/** A holder on another machine, of which nobody can tell whether it lives. */
const elsewhere = (id = 'other'): Holder => ({ id, host: 'other.example.com', pid: 1 });

async function leave(storage: MemoryStorage, holder: Holder, renewedAt: number): Promise<void> {
  const version = storage.files.get(LEASE_FILE)?.version;
  await storage.replaceFile(LEASE_FILE, formatLease({ holder, takenAt: renewedAt, renewedAt }), version);
}

const holderIn = (storage: MemoryStorage): Holder | undefined =>
  parseLease(storage.files.get(LEASE_FILE)!.content)?.holder;

test('of two runs, the second is refused, until the first has ended', async () => {
  const storage = new MemoryStorage();
  const first = await TrashLease.take(storage);
  await expect(TrashLease.take(storage)).rejects.toMatchObject({
    code: 'TRASH_IN_USE',
    exitCode: 4,
    message: expect.stringContaining(`regadm on ${thisHolder().host} (process ${process.pid}), since 2026-11-26T12:00`),
  });
  await first.release();
  expect(holderIn(storage)).toBeUndefined();
  await (await TrashLease.take(storage)).release();
});

test('of several runs that begin at once, one has the lease', async () => {
  const storage = new MemoryStorage();
  const taken = await Promise.allSettled(Array.from({ length: 8 }, () => TrashLease.take(storage)));
  const leases = taken.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(leases).toHaveLength(1);
  await leases[0]!.assertHeld();
  await leases[0]!.release();
});

describe('the lease of another machine', () => {
  test.each([
    ['is respected for a minute', 0, LEASE_TIMING.expiresMs - 1, 'TRASH_IN_USE'],
    ['is taken over after a minute', 0, LEASE_TIMING.expiresMs, undefined],
    ["is respected if the storage's clock was set back a little", 1000, 0, 'TRASH_IN_USE'],
    ["is taken over if the storage's clock was set back by an hour", HOUR, 0, undefined],
  ])('%s', async (_, ahead, passed, code) => {
    const storage = new MemoryStorage();
    await leave(storage, elsewhere(), storage.time + ahead);
    storage.time += passed;
    const taken = await TrashLease.take(storage).catch((error: { code: string }) => error.code);
    expect(typeof taken === 'string' ? taken : undefined).toBe(code);
    if (typeof taken !== 'string') await taken.release();
  });

  test('is respected, whatever the clock of this machine says', async () => {
    const storage = new MemoryStorage();
    storage.time = Date.now() - 5 * HOUR;
    await leave(storage, elsewhere(), storage.time);
    await expect(TrashLease.take(storage)).rejects.toMatchObject({ code: 'TRASH_IN_USE' });
  });
});

test('the lease of a process of this machine that has ended is taken over at once', async () => {
  const storage = new MemoryStorage();
  const { pid } = spawnSync(process.execPath, ['--version']);
  const [boot, namespace] = (thisHolder().process ?? '').split(' ');
  await leave(storage, { ...thisHolder(), pid, process: `${boot} ${namespace} 1` }, storage.time);
  await (await TrashLease.take(storage)).release();
});

test.each([
  ['is damaged', '{'],
  ['is of another version', JSON.stringify({ version: 2 })],
  ['has no valid holder', JSON.stringify({ version: 1, holder: { id: 'x' }, takenAt: 1, renewedAt: 1 })],
])('a lease that %s is respected', async (_, content) => {
  const storage = new MemoryStorage();
  await storage.replaceFile(LEASE_FILE, Buffer.from(content), undefined);
  await expect(TrashLease.take(storage)).rejects.toMatchObject({ code: 'TRASH_IN_USE', exitCode: 4 });
});

test('a run that works for hours keeps its lease', async () => {
  const run = new SleepyProcess(new MemoryStorage());
  const lease = await run.take();
  for (let minutes = 0; minutes < 5; minutes++) {
    await run.work(60_000);
    await lease.assertHeld();
    await expect(TrashLease.take(run.storage)).rejects.toMatchObject({ code: 'TRASH_IN_USE' });
  }
  expect(lease.now()).toBe(run.storage.time);
  await lease.release();
});

test('a run that slept stops before its next change if another run has taken over', async () => {
  const run = new SleepyProcess(new MemoryStorage());
  const lease = await run.take();
  run.sleep(LEASE_TIMING.expiresMs);
  await leave(run.storage, elsewhere(), run.storage.time);
  await expect(lease.assertHeld()).rejects.toMatchObject({ code: 'TRASH_LEASE_LOST' });
  await lease.release();
  expect(holderIn(run.storage)?.id).toBe('other');
});

test('a run that slept stops even if the other run has ended since', async () => {
  const run = new SleepyProcess(new MemoryStorage());
  const lease = await run.take();
  run.sleep(HOUR);
  await leave(run.storage, elsewhere(), run.storage.time);
  await run.storage.replaceFile(LEASE_FILE, formatLease(), run.storage.files.get(LEASE_FILE)!.version);
  await expect(lease.assertHeld()).rejects.toMatchObject({ code: 'TRASH_LEASE_LOST' });
  await expect(lease.assertHeld()).rejects.toMatchObject({ code: 'TRASH_LEASE_LOST' });
});

test('a run that slept continues if nobody has taken over', async () => {
  const run = new SleepyProcess(new MemoryStorage());
  const lease = await run.take();
  run.sleep(HOUR);
  await lease.assertHeld();
  await expect(TrashLease.take(run.storage)).rejects.toMatchObject({ code: 'TRASH_IN_USE' });
  await lease.release();
});

test('a storage that does not respond stops a run before others can take over', async () => {
  const run = new SleepyProcess(new MemoryStorage());
  const lease = await run.take();
  run.storage.onChange = () => {
    throw new Error('the storage is away');
  };
  await run.work(LEASE_TIMING.trustMs - 1000);
  await lease.assertHeld();
  await run.work(1000);
  await expect(lease.assertHeld()).rejects.toThrow('the storage is away');
  run.storage.onChange = () => {};
  await lease.assertHeld();
  await lease.release();
});

test('a renewal without a response is looked at before the next one', async () => {
  const run = new SleepyProcess(new MemoryStorage());
  const lease = await run.take();
  const write = run.storage.replaceFile.bind(run.storage);
  run.storage.replaceFile = async (...written) => {
    run.storage.replaceFile = write;
    await write(...written);
    throw new Error('connection reset');
  };
  run.sleep(LEASE_TIMING.trustMs);
  await expect(lease.assertHeld()).rejects.toThrow('connection reset');
  await lease.assertHeld();
  await lease.release();
  expect(holderIn(run.storage)).toBeUndefined();
});
