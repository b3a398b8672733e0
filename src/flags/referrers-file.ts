import type { PruneOptions } from '../core/graph/options.js';
import { usageError } from '../core/model/errors.js';

interface ReferrersFlagValues {
  'referrers-file'?: string;
  referrers: string;
}

/** @throws RegadmError USAGE if no such kinds are read */
export function checkReferrersFileFlag({ 'referrers-file': file, referrers }: ReferrersFlagValues): void {
  if (file !== undefined && referrers === 'oc')
    throw usageError('--referrers-file cannot be specified with --referrers=oc, which reads no such kinds');
}

/**
 * Reads the file of `--referrers-file`.
 * @throws RegadmError USAGE, REFERRERS_FILE
 */
export async function declaredReferrersOf(
  flags: ReferrersFlagValues,
): Promise<Pick<PruneOptions, 'declaredReferrers'>> {
  const file = flags['referrers-file'];
  if (file === undefined) return {};
  checkReferrersFileFlag(flags);
  const { readReferrers } = await import('../core/rule-files/referrers.js');
  return { declaredReferrers: await readReferrers(file) };
}
