import { CLOCK_TOLERANCE_MS } from '../cluster/server-time.js';
import type { Reporter } from '../kit/reporter.js';
import type { ConfigReading } from './config.js';

/** Warns if this machine's clock differs from the API server's, by which the times of the registry lock are counted. */
export function reportClocks({ serverTime, localTime }: ConfigReading, reporter: Pick<Reporter, 'warning'>): void {
  const difference = localTime - serverTime;
  if (Math.abs(difference) <= CLOCK_TOLERANCE_MS) return;
  const seconds = Math.round(Math.abs(difference) / 1000);
  reporter.warning(
    `this machine's clock is ${seconds} s ${difference > 0 ? 'ahead of' : 'behind'} the API server's: set the clocks (NTP)`,
  );
}
