import { stderr, stdout } from '../core/terminal/writer.js';
import { EXIT, RegadmError, messageOf } from '../core/model/errors.js';

/** Exit statuses that a failure after the run does not replace: nothing was changed, or a signal ended the run. */
const KEPT: readonly unknown[] = [EXIT.refused, EXIT.sigint, EXIT.sigterm, 129];

/**
 * Waits until everything is written, and reports output that could not be written, e.g. because the disk is full. A
 * reader that went away (`… | head`) is not an error; the exit status is that of the run.
 */
export async function finishOutput(): Promise<void> {
  await Promise.all([stdout().settled(), stderr().settled()]);
  const cause = stdout().takeFailure();
  if (cause) await reportAtEnd(outputError(cause, process.exitCode ?? EXIT.ok));
}

/** Reports on stderr what failed after the run; sets its exit status, unless that of the run matters more. */
export async function reportAtEnd(error: RegadmError): Promise<void> {
  const status = process.exitCode ?? EXIT.ok;
  const { reportError } = await import('./report-error.js');
  await reportError(error, { usage: '' });
  if (KEPT.includes(status)) process.exitCode = status;
}

function outputError(cause: Error, status: number | string): RegadmError {
  return new RegadmError(`the output is incomplete: ${messageOf(cause)}`, {
    code: 'OUTPUT_INCOMPLETE',
    suggestions: [
      `the run itself ended with exit status ${status}; what it changed stays changed`,
      'free some space, or write the output to another place',
    ],
    cause,
  });
}
