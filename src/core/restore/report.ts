import type { Failure } from '../model/document.js';
import type { Verification } from '../verification/plan/types.js';
import type { RestoreOutcome } from './outcome.js';
import type { RestorePlan } from './plan/plan.js';
import type { RestoreRequest } from './request.js';

/** The result of `regadm restore`; every output format is made from it. */
export interface RestoreReport {
  dryRun: boolean;
  startedAt: Date;
  finishedAt: Date;
  request: RestoreRequest;
  /** Absent if the registry was not needed. */
  registry?: { url: string; verified: boolean };
  plan: RestorePlan;
  outcome: RestoreOutcome;
  /** Absent in a dry run, after an interruption, if nothing was restored to the registry, and if it failed. */
  verification?: Verification;
  warnings: string[];
  failures: Failure[];
  /** Present if a signal ended the run; with the exit status of that signal. */
  interrupted?: { exitCode: number };
}
