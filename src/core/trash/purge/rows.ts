import { sha256Digest } from '../../model/digest.js';
import { failureOf, type Failure } from '../../model/document.js';
import type { Deletion } from '../../storage/storage.js';
import type { TrashEntry } from '../../trash-store/model.js';
import type { Recheck } from '../../trash-store/recheck.js';
import type { TrashRow } from '../output/row.js';
import type { PurgeStatus } from './report.js';

export type PurgeRow = TrashRow<PurgeStatus>;

/** Returns the rows of blobs that are in use or linked, and so went back to their place. */
export function movedBackRows(movedBack: Recheck['movedBack']): PurgeRow[] {
  return movedBack.map(({ entry, result, links, reason }) => {
    const lost = links.find(({ status }) => status === 'failed');
    if (result.status === 'failed') return { entry, status: 'failed', message: result.message };
    if (lost?.status === 'failed')
      return { entry, status: 'failed', message: `a link to it was not restored: ${lost.message}` };
    if (result.status === 'skipped') return { entry, status: 'skipped', reason: result.reason };
    if (result.status === 'exists') return { entry, status: 'skipped', reason: 'it is in its place already' };
    if (result.status === 'gone')
      return { entry, status: 'failed', message: `${reason}, and the trash no longer has it` };
    return { entry, status: 'restored', reason };
  });
}

/** Returns the rows of blobs that were deleted, or were to be. */
export function deletedRows(entries: readonly TrashEntry[], deletions: readonly Deletion[]): PurgeRow[] {
  return entries.map((entry, at) => ({ entry, ...(deletions[at] ?? { status: 'skipped', reason: 'not reached' }) }));
}

/** @param stopped why the run ended early */
export function failuresOf(rows: readonly PurgeRow[], stopped: unknown): Failure[] {
  const failed = rows.filter(({ status }) => status === 'failed');
  return [
    ...failed.map(({ entry, message = '' }) => ({ target: sha256Digest(entry.hex), message })),
    ...(stopped === undefined ? [] : [failureOf('deleting from the trash', stopped)]),
  ];
}
