import type { Failure } from '../../model/document.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { CheckedImage } from '../contents/check-images.js';
import type { TrashRow } from '../output/row.js';

export type RestoreStatus = 'would-restore' | 'restored' | 'gone' | 'skipped' | 'failed';

/** A marked blob in its place that lost its mark, or would. */
export interface Unmarked {
  hex: string;
  bytes: number;
  /** The repositories that get their links back, sorted. */
  repositories: string[];
  status: 'would-unmark' | 'unmarked' | 'skipped' | 'failed';
  reason?: string;
  message?: string;
}

/** What `trash restore` did, or would do. */
export interface TrashRestoreReport {
  dryRun: boolean;
  startedAt: Date;
  finishedAt: Date;
  /** Which storage it is, if the settings of the registry state it. */
  storage?: StoragePlace;
  /** By digest. */
  rows: TrashRow<RestoreStatus>[];
  /** Links that were written, or that would be. */
  links: number;
  /** By digest. */
  unmarked: Unmarked[];
  /** The images of which something was selected, by digest; empty if the run was interrupted. */
  images: CheckedImage[];
  warnings: string[];
  failures: Failure[];
  /** Exit status, if a signal ended the run. */
  interrupted?: { exitCode: number };
}
