import type { RetentionPolicy } from '../../src/core/model/retention-policy.js';
import { checkPolicy } from '../../src/core/rule-files/policy.js';
import { NOW } from './builders.js';

export const DAY = 24 * 3_600_000;

/** Returns the time of a number of days before the run. */
export function daysAgo(days: number): string {
  return new Date(NOW - days * DAY).toISOString();
}

/** Compiles a policy. @param text its file without `apiVersion` and `kind`. @throws Error if it has mistakes */
export async function policyOf(text: string): Promise<RetentionPolicy> {
  const checked = await checkPolicy('policy.yaml', `apiVersion: regadm/v1\nkind: RetentionPolicy\n${text}`);
  if ('policy' in checked) return checked.policy;
  throw new Error(JSON.stringify(checked.problems));
}
