/**
 * Status of a check. `failed`: the command would not work, or would do damage. `unknown`: it could not be checked.
 * `skipped`: it does not apply here.
 */
export type CheckStatus = 'ok' | 'info' | 'warning' | 'failed' | 'unknown' | 'skipped';

/** Result of one check: before a prune, of `doctor`, or of an edge site. */
export interface Check<Name extends string = string> {
  name: Name;
  status: CheckStatus;
  message: string;
  /** What to do about it, one sentence each. */
  suggestions?: string[];
}
