/**
 * Status of a check. `failed`: the command would not work, or would do damage. `unknown`: it could not be checked.
 * `skipped`: it does not apply here.
 */
export type CheckStatus = 'ok' | 'info' | 'warning' | 'failed' | 'unknown' | 'skipped';

/** Result of one check, wherever it is made: before a prune, by `doctor`, on an edge site. */
export interface Check<Name extends string = string> {
  name: Name;
  status: CheckStatus;
  message: string;
  /** What to do about it, one sentence each. */
  suggestions?: string[];
}
