import { sha256Digest } from '../../model/digest.js';
import { failureOf, type Failure } from '../../model/document.js';
import type { Deletion } from '../../storage/storage.js';
import { keyOf, type TrashEntry } from '../../trash-store/model.js';
import type { PurgeChoice } from '../../trash-store/purge.js';
import type { Recheck } from '../../trash-store/recheck.js';
import type { TrashRow } from '../output/row.js';
import type { PurgeStatus } from './report.js';

export type PurgeRow = TrashRow<PurgeStatus>;

/**
 * Returns one row for each copy of a blob that the trash had: what was done with it, or why it was kept.
 * @param movedBack what the recheck did with blobs that are in use or linked
 * @param purged what was chosen for the deletion, and what was done with it, by position
 */
export function rowsOf(
  movedBack: Recheck['movedBack'],
  purged: { entries: readonly TrashEntry[]; deletions: readonly Deletion[] },
  kept: PurgeChoice['kept'],
): PurgeRow[] {
  const back = movedBackRows(movedBack);
  const isThere = new Set(back.map(({ entry }) => keyOf(entry)));
  return [...back, ...deletedRows(purged), ...keptRows(kept.filter(({ entry }) => !isThere.has(keyOf(entry))))];
}

/** Returns the rows of blobs that were kept. */
export const keptRows = (kept: PurgeChoice['kept']): PurgeRow[] =>
  kept.map(({ entry, because }) => ({ entry, status: 'skipped', reason: because }));

function movedBackRows(movedBack: Recheck['movedBack']): PurgeRow[] {
  return movedBack.flatMap(({ entry, result, links, reason }): PurgeRow[] => {
    const lost = links.find(({ status }) => status === 'failed');
    if (result.status === 'failed') return [{ entry, status: 'failed', message: result.message }];
    if (lost?.status === 'failed')
      return [{ entry, status: 'failed', message: `a link to it was not restored: ${lost.message}` }];
    if (result.status === 'skipped') return [{ entry, status: 'skipped', reason: result.reason }];
    if (result.status === 'gone')
      return [{ entry, status: 'failed', message: `${reason}, and the trash no longer has it` }];
    // The blob is in its place: the copy is deleted or kept as any other.
    return result.status === 'exists' ? [] : [{ entry, status: 'restored', reason }];
  });
}

function deletedRows({ entries, deletions }: Parameters<typeof rowsOf>[1]): PurgeRow[] {
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
