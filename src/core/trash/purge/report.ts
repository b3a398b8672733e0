import type { RegadmError } from '../../model/errors.js';
import type { Failure } from '../../model/document.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { TrashRow } from '../output/row.js';

export type PurgeStatus = 'would-delete' | 'deleted' | 'would-restore' | 'restored' | 'gone' | 'skipped' | 'failed';

/** What `trash purge` did, or would do. */
export interface TrashPurgeReport {
  dryRun: boolean;
  startedAt: Date;
  finishedAt: Date;
  /** Which storage it is, if the settings of the registry state it. */
  storage?: StoragePlace;
  /** --older-than, as the user wrote it. */
  olderThan: string;
  /** Everything that the trash had, by digest, then by date. */
  rows: TrashRow<PurgeStatus>[];
  warnings: string[];
  failures: Failure[];
  /** Why --confirm would be refused; only of a dry run. */
  refusal?: RegadmError;
  /** Exit status, if a signal ended the run. */
  interrupted?: { exitCode: number };
}
