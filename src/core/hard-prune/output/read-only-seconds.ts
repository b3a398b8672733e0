import { READ_ONLY_ROLLOUT, RESTORING, SWITCHING, type ProcedureStep } from '../procedure/step.js';
import type { HardPruneReport } from '../report.js';

/**
 * Returns how long pushes were refused besides the two roll-outs, in seconds: from when every registry pod was seen to
 * be read-only until the former mode was requested.
 * @returns undefined if the run did not change the mode or could not restore it, or if another user ended it
 */
export function readOnlySeconds({
  procedure,
  readOnlyEndedByOthers,
}: Pick<HardPruneReport, 'procedure' | 'readOnlyEndedByOthers'>): number | undefined {
  if (readOnlyEndedByOthers) return undefined;
  const find = (matches: (step: string) => boolean): ProcedureStep | undefined =>
    procedure.find(({ step, outcome }) => outcome === 'done' && matches(step));
  const switched = find((step) => step === SWITCHING);
  const begin = find((step) => step === READ_ONLY_ROLLOUT)?.finishedAt;
  const end = find((step) => step.startsWith(RESTORING))?.startedAt;
  if (!switched || begin === undefined || end === undefined) return undefined;
  return Math.max(0, Date.parse(end) - Date.parse(begin)) / 1000;
}
