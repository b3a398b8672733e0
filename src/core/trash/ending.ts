import { RegadmError } from '../model/errors.js';

/** Describes a signal that ended a run. */
export function interruption({ aborted, reason }: AbortSignal): { interrupted?: { exitCode: number } } {
  if (!aborted) return {};
  return { interrupted: { exitCode: reason instanceof RegadmError ? reason.exitCode : 130 } };
}
