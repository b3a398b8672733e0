/** What to do about the marks and the trash of an online hard prune. */
export const TRASH_ADVICE = {
  discardMarks:
    'to start again: regadm prune hard --storage … --online --discard-marks; links that were removed stay removed, and nothing is moved to the trash before it was marked again; the trash stays as it is',
};
