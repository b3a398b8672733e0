import { usageError } from '../core/model/errors.js';

/**
 * Tells whether a command line requests `--quiet`.
 * @param written the normalized command line without settings
 * @param whole the same with settings
 * @throws RegadmError (USAGE) if the command line also requests log output
 */
export function requestsQuiet(written: readonly string[], whole: readonly string[]): boolean {
  const verbose = flagsOf(written).findLast((arg) => /^--loglevel=0*[1-9]/.test(arg));
  if (verbose !== undefined && flagsOf(written).includes('--quiet'))
    throw usageError(`--quiet cannot be specified with ${verbose}: one writes less to stderr, the other one more`);
  return flagsOf(whole).includes('--quiet');
}

function flagsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}
