import { ADVICE } from '../../model/advice.js';
import type { Check, CheckStatus } from '../../model/check.js';
import type { ErrorCode } from '../../model/error-codes.js';
import { RegadmError, hasCode, messageOf } from '../../model/errors.js';
import type { TimeLimit } from './time-limit.js';

/** A check of an edge site; its name is stable, e.g. `ignition-override`. */
export interface EdgeCheck extends Check {
  where: 'hub' | 'cluster' | 'node';
  /** True if it failed because nothing could be read: the state of the site is unknown. */
  notChecked?: true;
}

/** Makes the checks of one place. */
export function checker(where: EdgeCheck['where']) {
  const make =
    (status: CheckStatus) =>
    (name: string, message: string, suggestion?: string): EdgeCheck => ({
      where,
      name,
      status,
      message,
      ...(suggestion && { suggestions: [suggestion] }),
    });
  return { passed: make('ok'), failed: make('failed'), warning: make('warning'), skipped: make('skipped') };
}

/** Errors by which a check states nothing about the site. Every other error is what the check found. */
const NOT_CHECKED: ReadonlySet<ErrorCode> = new Set([
  'API_ERROR',
  'API_NOT_JSON',
  'API_RESPONSE_TOO_LARGE',
  'API_UNREACHABLE',
  'API_UNTRUSTED',
  'FORBIDDEN',
  'NODE_CHECK_FAILED',
  'UNAUTHORIZED',
]);

const OTHER_TYPES = 'an object that the API server returned has fields of other types than the API defines';

/** Where a check is made. */
interface CheckPlace {
  where: EdgeCheck['where'];
  /** Name of the check if it fails with an error. */
  name: string;
  /** URL of the only server that the check needs; undefined if it needs several. */
  server?: string;
}

/** Runs the checks of one cluster one after the other, until their time is over. */
export class CheckRun {
  readonly found: EdgeCheck[] = [];
  /** True if a check has failed because the time was over. */
  private hasFailedLate = false;

  constructor(readonly limit: TimeLimit) {}

  /**
   * Runs a check. An error fails only this check, so that the others still run. When the time is over, this check fails
   * and the others are skipped.
   * @throws the reason for which the user ended the run
   */
  async run(place: CheckPlace, check: () => Promise<EdgeCheck[]>): Promise<void> {
    this.found.push(...(await this.outcome(place, check)));
  }

  private async outcome(place: CheckPlace, check: () => Promise<EdgeCheck[]>): Promise<EdgeCheck[]> {
    const { limit } = this;
    limit.throwIfInterrupted();
    limit.forgetFailures();
    if (limit.isOver) return [this.afterTheEnd(place)];
    try {
      return await check();
    } catch (error) {
      limit.throwIfInterrupted();
      // The node check reports what the pod was doing.
      const isLate = limit.isOver && !hasCode(error, 'NODE_CHECK_FAILED');
      return [isLate ? this.late(place) : toCheck(place, error)];
    }
  }

  /** A check that was not reached in time. The first one fails, unless a check did: no cluster passes unchecked. */
  private afterTheEnd(place: CheckPlace): EdgeCheck {
    if (!this.hasFailedLate) return this.late(place);
    return checker(place.where).skipped(place.name, 'not done: the time of --timeout was over');
  }

  private late({ where, name, server }: CheckPlace): EdgeCheck {
    this.hasFailedLate = true;
    const message = `no result${server === undefined ? '' : ` from ${server}`} ${this.limit.text}`;
    const remedy = 'check that the cluster can be reached from here, or pass a longer --timeout';
    return { ...checker(where).failed(name, message, remedy), notChecked: true };
  }
}

/** Converts an error to the check that it fails. */
export function toCheck({ where, name }: CheckPlace, error: unknown): EdgeCheck {
  const suggestion = error instanceof RegadmError ? error.suggestions[0] : undefined;
  // Objects are checked when they are used: an API server whose objects have other types can be of another program.
  const message = error instanceof TypeError ? `${OTHER_TYPES}: ${messageOf(error)}` : messageOf(error);
  const failed = checker(where).failed(name, message, error instanceof TypeError ? ADVICE.proxyInFront : suggestion);
  return error instanceof RegadmError && !NOT_CHECKED.has(error.code) ? failed : { ...failed, notChecked: true };
}
