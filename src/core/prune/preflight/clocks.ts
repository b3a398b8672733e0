import { CLOCK_TOLERANCE_MS } from '../../cluster/server-time.js';
import { notChecked, passed, type PreflightCheck } from './check.js';

/** `Date` headers have whole seconds. */
const DATE_PRECISION_MS = 1000;

/** The times of a response of the API server. All times in ms since the epoch. */
export interface DatedResponse {
  /** By the API server's clock; absent if it sent no `Date` header. */
  serverTime?: number;
  /** When the request was sent, and the response received, by this machine's clock. */
  sentAt: number;
  receivedAt: number;
}

/** Compares this machine's clock with the API server's. */
export function checkClocks({ serverTime, sentAt, receivedAt }: DatedResponse): PreflightCheck {
  if (serverTime === undefined) return notChecked('clocks', 'the API server sent no Date header');
  // The response was made between sending and receiving.
  const difference =
    serverTime > receivedAt ? serverTime - receivedAt : Math.min(0, serverTime + DATE_PRECISION_MS - sentAt);
  if (Math.abs(difference) <= CLOCK_TOLERANCE_MS)
    return passed('clocks', "this machine's clock agrees with the API server's");
  const seconds = Math.round(Math.abs(difference) / 1000);
  return {
    name: 'clocks',
    status: 'warning',
    message: `this machine's clock is ${seconds} s ${difference > 0 ? 'behind' : 'ahead of'} the API server's; ages are counted from the API server's time`,
    suggestions: ['set the clocks (NTP)'],
  };
}
