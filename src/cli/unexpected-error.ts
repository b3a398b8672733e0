import { systemMessage, systemRemedy } from '../core/kit/system-error.js';
import { RegadmError, messageOf } from '../core/model/errors.js';

/** Converts an error that nothing expected: one of the operating system to its remedy, and any other one to a bug. */
export function unexpectedError(cause: unknown): RegadmError {
  const remedy = systemRemedy(cause);
  if (remedy !== undefined)
    return new RegadmError(systemMessage(cause as NodeJS.ErrnoException), {
      code: 'SYSTEM_ERROR',
      suggestions: [remedy],
      cause,
    });
  return new RegadmError(messageOf(cause) || String(cause), {
    code: 'INTERNAL',
    cause,
    suggestions: ['this is a bug in regadm: please report it with the output of the same command with -v 8'],
  });
}
