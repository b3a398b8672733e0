import type { PruneOptions } from '../core/graph/options.js';
import { usageError } from '../core/model/errors.js';

/**
 * Reads the file of `--referrers-file`.
 * @throws RegadmError USAGE, REFERRERS_FILE
 */
export async function declaredReferrersOf(flags: {
  'referrers-file'?: string;
  referrers: string;
}): Promise<Pick<PruneOptions, 'declaredReferrers'>> {
  const file = flags['referrers-file'];
  if (file === undefined) return {};
  if (flags.referrers === 'oc')
    throw usageError('--referrers-file cannot be specified with --referrers=oc, which reads no such kinds');
  const { readReferrers } = await import('../core/rule-files/referrers.js');
  return { declaredReferrers: await readReferrers(file) };
}
