import { damaged, directoryError } from '../../backup-directory/errors.js';
import { INDEX_FILE } from '../../backup-directory/layout.js';
import {
  openBackupToExamine,
  openBackupToShrink,
  type ExaminedBackup,
  type ShrinkableBackup,
} from '../../backup-directory/manage.js';
import { quote } from '../../model/names/quote.js';
import { readContents, type Contents, type Reading } from '../contents/read-contents.js';
import { planBackupPrune, type BackupPrunePlan } from '../plan/plan.js';
import { execute } from './execute.js';
import { isEmpty, type BackupPruneReport, type Removal } from './report.js';

/** The flags of `backup prune`, as values. */
export interface BackupPruneRequest {
  directory: string;
  keepWithinMs: number;
  /** --keep-within, as the user wrote it. */
  keepWithin: string;
}

/**
 * Finds the runs that are older than `--keep-within`, and what only they need. Changes nothing.
 * @throws RegadmError BACKUP_DIRECTORY, BACKUP_DAMAGED, BACKUP_LOCKED, and the reason of the signal
 */
export async function planOnly(request: BackupPruneRequest, reading: Reading): Promise<BackupPruneReport> {
  const backup = await openBackupToExamine(request.directory);
  return closing(backup, request, reading, async () => {
    const { contents, plan, startedAt } = await prepare(backup, request, reading);
    return { ...reportOf(request, { contents, plan, startedAt }), dryRun: true, removal: planned(plan) };
  });
}

/**
 * Removes the runs that are older than `--keep-within`, and what only they need.
 * @throws RegadmError as `planOnly` does; then the backup is whole
 */
export async function pruneBackup(request: BackupPruneRequest, reading: Reading): Promise<BackupPruneReport> {
  const backup = await openBackupToShrink(request.directory);
  return closing(backup, request, reading, async () => {
    const { contents, plan, startedAt, isCurrent } = await prepare(backup, request, reading);
    const isDone = isEmpty(plan) && isCurrent;
    const removal = isDone ? planned(plan) : await execute(backup, plan, reading);
    return { ...reportOf(request, { contents, plan, startedAt }), dryRun: false, removal };
  });
}

interface Prepared {
  startedAt: Date;
  contents: Contents;
  plan: BackupPrunePlan;
  /** True if `oci-layout` and `index.json` are as the runs need them. */
  isCurrent: boolean;
}

async function prepare(
  backup: ExaminedBackup | ShrinkableBackup,
  { keepWithinMs }: BackupPruneRequest,
  reading: Reading,
): Promise<Prepared> {
  const startedAt = new Date();
  await backup.assertUnused();
  const contents = await readContents(backup, reading);
  const { foreign, unusable, missing, unlisted } = await backup.checkLayout(contents.runs);
  const [problem] = unusable;
  if (problem) throw damaged(problem.file, new Error(problem.message));
  if (foreign.length > 0)
    throw damaged(INDEX_FILE, new Error(`it lists ${quote(foreign[0]!)}, which no run saved; nothing was removed`));
  const plan = planBackupPrune(contents, { now: startedAt.getTime(), keepWithinMs });
  assertKnown(contents, plan);
  for (const { run, reason } of plan.kept) reading.reporter.log(4, `keeping run ${run.id}: ${reason}`);
  return { startedAt, contents, plan, isCurrent: missing.length + unlisted.size === 0 };
}

/** Checks that the manifests of all images that are kept can be read: otherwise, what they need is not known. */
function assertKnown({ entries, content, blobs }: Contents, { removed }: BackupPrunePlan): void {
  const isRemoved = new Set(removed.map(({ id }) => id));
  for (const { name, run, saved } of entries) {
    if (isRemoved.has(run.id) || saved === 'tags') continue;
    for (const [digest, problem] of content.get(name)!.unusable)
      if (saved === 'image' || blobs.has(digest))
        throw damaged(`manifest ${digest}`, new Error(`${problem}; nothing was removed`));
    if (saved === 'image' && !blobs.has(name))
      throw damaged(`manifest ${name}`, new Error('it does not exist; nothing was removed'));
  }
}

function reportOf(
  { keepWithin }: BackupPruneRequest,
  { contents, plan, startedAt }: Pick<Prepared, 'contents' | 'plan' | 'startedAt'>,
): Omit<BackupPruneReport, 'dryRun' | 'removal'> {
  return { startedAt, finishedAt: new Date(), keepWithin, contents, plan };
}

function planned({ blobs, files }: BackupPrunePlan): Removal {
  const status = { status: 'would-delete' } as const;
  return { runs: status, blobs: blobs.map(() => status), files: files.map(() => status), failures: [] };
}

async function closing<T>(
  backup: ExaminedBackup,
  { directory }: BackupPruneRequest,
  { signal }: Reading,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw directoryError(directory, error);
  } finally {
    await backup.close();
  }
}
