import { problemOf } from '../../backup-directory/errors.js';
import type { ShrinkableBackup } from '../../backup-directory/manage.js';
import { isMissing } from '../../kit/below.js';
import type { EntryStatus, Failure } from '../../model/document.js';
import { RegadmError } from '../../model/errors.js';
import type { Reading } from '../contents/read-contents.js';
import type { BackupPrunePlan } from '../plan/plan.js';
import type { Removal } from './report.js';

/** Number of blobs that are removed between two looks at the lock. */
const BATCH = 256;
const NOT_REACHED: EntryStatus = { status: 'skipped', reason: 'the run ended before its turn' };

/**
 * Removes what a plan names, in an order that leaves a whole backup wherever it ends: `index.json` no longer lists the
 * runs, then the runs disappear, then the blobs that only they needed.
 * @throws RegadmError, or the file system's error, if it ended before a blob was removed
 */
export async function execute(
  backup: ShrinkableBackup,
  plan: BackupPrunePlan,
  { reporter, signal }: Reading,
): Promise<Removal> {
  signal.throwIfAborted();
  // On a full disk, the new index needs their space.
  await backup.removeTemporary();
  await removeRuns(backup, plan);
  const failures: Failure[] = [];
  const blobs: EntryStatus[] = [];
  reporter.phase('removing blobs', plan.blobs.length);
  for (const [at, { digest }] of plan.blobs.entries()) {
    if (at % BATCH === 0) await backup.assertHeld();
    if (signal.aborted) {
      blobs.push(NOT_REACHED);
      continue;
    }
    blobs.push(await statusOf(backup.removeBlob(digest), `blob ${digest}`, failures));
    reporter.tick();
  }
  const left = await backup.removeTemporary();
  const files = plan.files.map(({ file }): EntryStatus => {
    const name = file.replace(/^regadm\/runs\//, 'regadm/tmp/');
    if (!left.has(name)) return { status: 'deleted' };
    const message = 'the file system does not remove it';
    failures.push({ target: name, message });
    return { status: 'failed', message };
  });
  return { runs: { status: 'deleted' }, blobs, files, failures, ...interruption(signal) };
}

/** Until the last run is removed, nothing that it needs is; `index.json` always lists manifests that are there. */
async function removeRuns(backup: ShrinkableBackup, { kept, removed }: BackupPrunePlan): Promise<void> {
  await backup.assertHeld();
  const isKept = new Set(kept.map(({ run }) => run.id));
  await backup.writeIndex((await backup.runs()).filter(({ id }) => isKept.has(id)));
  const left = [...removed];
  try {
    for (let run = left[0]; run; run = left[0]) {
      await backup.removeRun(run.id);
      left.shift();
    }
  } catch (error) {
    await backup.writeIndex(await backup.runs()).catch(() => undefined);
    throw error;
  }
}

async function statusOf(removing: Promise<void>, target: string, failures: Failure[]): Promise<EntryStatus> {
  try {
    await removing;
    return { status: 'deleted' };
  } catch (error) {
    if (isMissing(error)) return { status: 'gone' };
    const message = problemOf(error);
    failures.push({ target, message });
    return { status: 'failed', message };
  }
}

function interruption({ aborted, reason }: AbortSignal): Pick<Removal, 'interrupted'> {
  if (!aborted) return {};
  return { interrupted: { exitCode: reason instanceof RegadmError ? reason.exitCode : 130 } };
}
