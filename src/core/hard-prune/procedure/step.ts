import type { Timestamp } from '../../model/document.js';

/** One step of the guarded operation, in order. */
export interface ProcedureStep {
  /** Name of the step. */
  step: string;
  startedAt: Timestamp;
  finishedAt?: Timestamp;
  outcome: 'done' | 'failed' | 'running';
  /** Why it failed. */
  message?: string;
}

/** Name of the step that ends with new registry pods, whose in-memory blob cache is empty. */
export const RESTORING_ROLLOUT = 'waiting for the roll-out';
