import { humanDuration } from '../model/values/age.js';
import type { ClusterApi } from './api.js';

/** Time in ms from which a response is worth mentioning: most pages of a list arrive in a second. */
const LONG_MS = 3000;

/** Returns what a progress line says while the API server is what a run waits for; otherwise an empty string. */
export function waitingText({ traffic }: Pick<ClusterApi, 'traffic'>): string {
  const wait = traffic?.longestWait;
  if (!wait || wait.ms < LONG_MS) return '';
  const [plural = ''] = wait.resource.split('.');
  return `waiting for the API server: ${plural}, ${humanDuration(wait.ms)}`;
}
