import { PUSH, SWEEP, type State } from './state.js';

/** How regadm works in a scenario. */
export interface Protocol {
  /** True if a move is a copy and then a deletion, as on an object storage; else a rename. */
  copies?: boolean;
  /** True if regadm reads which processes of the registry run; else two rechecks replace it. */
  readsProcesses: boolean;
  /** True if the registry uses Redis. */
  redis?: boolean;
  /** True if a run can fall asleep before a change, and make it after another run has taken over. */
  sleeps?: boolean;
  /** True if only complete marks are swept, as regadm does. What is deleted is right without that, too. */
  waitsForMarks?: boolean;
  /** True if an administrator can discard the marks, with the record of the links that were removed. */
  discardsMarks: boolean;
  /** What is taken out, to see that the search finds what goes wrong then. */
  without?: Part;
}

/** A part of the protocol that can be taken out. */
export type Part =
  | 'the record of removed links'
  | 'the recheck'
  | 'the images in the recheck'
  | 'the restart after the mark'
  | 'the restart before the conclusive recheck'
  | 'the wait for what ended processes have sent'
  | 'the new decision about a move that did not happen'
  | 'the record of its own for a move that happens late'
  | 'the record of its own for a blob that moves again'
  | 'the record after the end of a move'
  | 'the second restart with Redis';

export const NO_SWEEP = { sweep: SWEEP.none, sweepKnownBy: 0, settled: 0, conclusive: 0 };
export const UNRECORDED = { ...NO_SWEEP, sweep: SWEEP.unrecorded };

/** True if the sweep's processes are recorded, and Redis was emptied after they had ended. */
export function hasRecord({ sweep }: State, { redis }: Protocol): boolean {
  return sweep >= (redis ? SWEEP.cacheEmptied : SWEEP.recorded);
}

/** True if a recheck that begins now is conclusive if it finds nothing. */
export function canConclude(state: State, protocol: Protocol): boolean {
  const { without } = protocol;
  const haveEnded = !state.sweepKnownBy || without === 'the restart before the conclusive recheck';
  const isSettled = state.settled === 2 || without === 'the wait for what ended processes have sent';
  return hasRecord(state, protocol) && haveEnded && isSettled;
}

/** Marks a request in flight as sent before regadm saw that the recorded processes had ended. */
export const older = (push: number): number =>
  push === PUSH.lateLink || push === PUSH.lateImage ? push + (PUSH.oldLink - PUSH.lateLink) : push;

export const isOld = (push: number): boolean => push === PUSH.oldLink || push === PUSH.oldImage;
