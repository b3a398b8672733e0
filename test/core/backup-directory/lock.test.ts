import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackupForWriting } from '../../../src/core/backup-directory/open.js';
import { ownIdentity, type ProcessIdentity } from '../../../src/core/backup-directory/process-identity.js';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'regadm-lock-'));
  file = join(dir, 'regadm/lock');
  await (await openBackupForWriting(dir)).close();
});
afterEach(() => rmSync(dir, { recursive: true }));

async function writeLock(change: Partial<ProcessIdentity>): Promise<void> {
  const process = { ...(await ownIdentity()), ...change };
  writeFileSync(file, JSON.stringify({ id: 'other', process, since: '2026-01-01T00:00:00.000Z' }));
}

test('a second writer is refused, and told who writes', async () => {
  const first = await openBackupForWriting(dir);
  await expect(openBackupForWriting(dir)).rejects.toMatchObject({
    code: 'BACKUP_LOCKED',
    exitCode: 4,
    message: expect.stringContaining(`is in use by process ${process.pid} on ${hostname()}, since 20`) as string,
  });
  await first.close();
  await (await openBackupForWriting(dir)).close();
  expect(readdirSync(join(dir, 'regadm/tmp'))).toEqual([]);
});

test('the lock of a process that was killed is taken over', async () => {
  const child: ChildProcess = spawn('sleep', ['600']);
  await writeLock({ pid: child.pid!, startTicks: '' });
  await expect(openBackupForWriting(dir)).rejects.toThrow(`process ${child.pid}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await openBackupForWriting(dir)).close();
});

test('a process that has the number of the killed one is not taken for it', async () => {
  await writeLock({ startTicks: '1' });
  await (await openBackupForWriting(dir)).close();
});

test('the lock of another host expires with its last sign of life', async () => {
  await writeLock({ host: 'elsewhere' });
  await expect(openBackupForWriting(dir)).rejects.toThrow('on elsewhere');
  const past = new Date(Date.now() - 16 * 60_000);
  utimesSync(file, past, past);
  await (await openBackupForWriting(dir)).close();
});

test('a lock that cannot be read is refused', async () => {
  writeFileSync(file, 'x');
  await expect(openBackupForWriting(dir)).rejects.toThrow('regadm/lock cannot be read');
});

test('a run is not committed without the lock', async () => {
  const backup = await openBackupForWriting(dir);
  const cluster = { streams: [] };
  const run = await backup.startRun({ startedAt: '2026-01-01T00:00:00Z', server: '', cluster });
  await writeLock({});
  await expect(backup.commit(run)).rejects.toMatchObject({ code: 'BACKUP_LOCKED' });
  await run.close();
  await backup.close();
  expect(readFileSync(file, 'utf8')).toContain('"other"');
});
