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
/** Names of the steps that search; the second one looks again at what the first one found. */
export const FINDING = 'finding unused data';
export const FINDING_AGAIN = 'looking again at what is unused';
/** Name of the step that empties a cache outside of the registry's pods. */
export const EMPTYING_CACHE = "emptying the registry's blob cache in Redis";
/** Name of the step that repeats this after the end of the old pods, which can have written into the cache since. */
export const EMPTYING_CACHE_AGAIN = `${EMPTYING_CACHE} again`;
/** Name of the step that deletes; it has failed if it was interrupted before its end. */
export const DELETING = 'deleting';
/** Names of the steps that begin and end read-only mode. */
export const SWITCHING = 'switching the registry to read-only mode';
export const READ_ONLY_ROLLOUT = 'waiting until every registry pod is read-only';
export const RESTORING = 'restoring the mode';
