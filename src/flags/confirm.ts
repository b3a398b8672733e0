import { Flags } from '@oclif/core';
import { usageError } from '../core/model/errors.js';

/**
 * Makes `--confirm` and its opposite `--dry-run`, for commands whose runs are dry runs by default.
 * @param what the verb of the command, such as `delete`
 * @param exclusive flags that `--dry-run` contradicts
 */
export function confirmFlags(what: string, exclusive: string[] = []) {
  return {
    confirm: Flags.boolean({ allowNo: true, description: `actually ${what}; without this flag, only a dry run` }),
    'dry-run': Flags.boolean({
      exclusive,
      description: 'change nothing, which is the default; --dry-run=client and --dry-run=server do the same',
    }),
  };
}

/**
 * Checks `--dry-run` of a command that has `--confirm`.
 * @returns a hint that the flag is not needed
 * @throws RegadmError USAGE if both flags are given
 */
export function dryRunHint(flags: { confirm?: boolean; 'dry-run'?: boolean }, table: object): string | undefined {
  if (!flags['dry-run'] || !('confirm' in table)) return undefined;
  if (flags.confirm)
    throw usageError('--dry-run cannot be specified with --confirm', [
      'remove --confirm to see what would change, or --dry-run to change it',
    ]);
  return '--dry-run is the default; only --confirm makes changes';
}
