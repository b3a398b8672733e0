import type { PolicyPart } from '../reason.js';

/** How long the items of a tag stay. Times are in ms since the epoch. */
export interface Retention {
  readonly keepTagRevisions: number;
  /** What was created later is young. */
  readonly youngerThan: number;
  /** Absent without a policy. */
  readonly policy?: PolicyPart;
  readonly keepAlways?: boolean;
  readonly expiry?: Expiry;
  /** Absent: pulls keep nothing. */
  readonly pulled?: PulledRule;
}

/** For how long a pull keeps an item. */
export interface PulledRule {
  readonly withinMs: number;
  /** What states it; absent: `--keep-pulled-within`. */
  readonly policy?: PolicyPart;
}

/** When a tag expires. */
export interface Expiry {
  /** A tag with an item that was created at this time or later does not expire. */
  readonly olderThan: number;
  readonly keepNewest: number;
  readonly orderBy: 'created' | 'semver';
  readonly tracked: boolean;
  /** Name of the rule. */
  readonly rule: string;
}
