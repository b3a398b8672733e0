import { CLOCK_TOLERANCE_MS } from '../cluster/server-time.js';
import type { RunContext } from './run-context.js';

/**
 * Warns if this machine's clock differs from the API server's.
 * @param difference ms; NaN if it is unknown
 */
export function warnAboutClock(difference: number, { reporter }: Pick<RunContext, 'reporter'>): void {
  if (!(Math.abs(difference) > CLOCK_TOLERANCE_MS)) return;
  reporter.warning(
    `this machine's clock differs from the API server's by ${Math.round(Math.abs(difference) / 1000)} s; ages are counted from the API server's time; set the clocks (NTP)`,
  );
}
