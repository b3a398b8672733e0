import { Flags, type Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import type { StatusRequest } from '../core/status/status.js';
import { durationFlag } from './duration.js';

/** Maximum values of a flag, because a table or a plot cannot show more. */
const MAX_VALUES = 20;

/** The flags that select the settings `registry status` tries. */
export const statusFlags = {
  revisions: Flags.string({
    helpValue: 'N,…',
    default: '0,1,2,3,5,10',
    description: 'values of --keep-tag-revisions to try',
  }),
  ages: Flags.string({
    helpValue: 'DURATION,…',
    default: '0,60m,24h,96h,168h,720h',
    description: 'values of --keep-younger-than to try',
  }),
};

/**
 * Converts the flags to values in ascending order, without duplicates.
 * @throws RegadmError (USAGE) that names the flag
 */
export function statusRequest(flags: Interfaces.InferredFlags<typeof statusFlags>): StatusRequest {
  const revisions = flags.revisions.split(',').map(toCount);
  const ages = flags.ages.split(',').map((text) => ({ text: text.trim(), ms: durationFlag('ages', text.trim()) }));
  if (Math.max(revisions.length, ages.length) > MAX_VALUES)
    throw usageError(`--revisions and --ages accept at most ${MAX_VALUES} values each`);
  return {
    revisions: [...new Set(revisions)].sort((a, b) => a - b),
    ages: ages.filter(({ ms }, at) => ages.findIndex((other) => other.ms === ms) === at).sort((a, b) => a.ms - b.ms),
  };
}

function toCount(text: string): number {
  if (/^\d{1,6}$/.test(text.trim())) return Number(text);
  throw usageError(`invalid argument "${text}" for "--revisions" flag: must be a whole number`, [
    'write them as 0,1,3,5',
  ]);
}
