import type { Failure } from '../model/document.js';
import type { InvalidReference, RegadmError } from '../model/errors.js';
import type { RegistrySetup } from '../operator/state.js';
import type { BackupSummary } from './backup/unsaved.js';
import type { Verification } from '../verification/plan/types.js';
import type { PruneOutcome } from './outcome.js';
import type { ImagePrunePlan } from './plan/plan.js';
import type { PreflightCheck } from './preflight/check.js';

/** The result of `regadm prune images`; every output format is made from it. */
export interface ImagePruneReport {
  dryRun: boolean;
  /** True if it was planned from saved lists, without a cluster. */
  isFromFiles?: boolean;
  /** File to which the plan was written. */
  planOut?: string;
  /** File with a line for each deletion; absent in a dry run. */
  auditLog?: string;
  /** Present in a dry run whose plan is larger than `--max-delete` allows. */
  refusal?: RegadmError;
  startedAt: Date;
  finishedAt: Date;
  /** The value of `--keep-younger-than` as the user wrote it. */
  keepYoungerThan: string;
  plan: ImagePrunePlan;
  outcome: PruneOutcome;
  /** The registry that was found; absent if it was not contacted. */
  registry?: { url: string; verified: boolean };
  /** Its setup; absent if nothing was deleted there, or if it cannot be read. */
  registrySetup?: RegistrySetup;
  /** What was saved before the first deletion, or would be; absent without `--backup`, and if nothing is deleted. */
  backup?: BackupSummary;
  /** Whether what was kept is whole; present with `--verify` if something was deleted and it could be checked. */
  verification?: Verification;
  preflight: PreflightCheck[];
  warnings: string[];
  failures: Failure[];
  /** References that cannot be read and have appeared during the run. */
  laterReferences?: readonly InvalidReference[];
  /** Mean size of an Image object in the lists, in bytes: the space that is freed in etcd is estimated from it. */
  imageObjectBytes: number;
  /** Present if a signal ended the run before everything was done; with the exit status of that signal. */
  interrupted?: { exitCode: number };
}
