import { UNRECORDED, type Protocol } from './protocol.js';
import type { Emit } from './search.js';
import { MARK, STEP, SWEEP, type State } from './state.js';

/** The steps of a sweep. */
export function sweepNext(state: State, protocol: Protocol, emit: Emit): void {
  switch (state.step) {
    case STEP.sweepWalk:
      return emit('regadm walks the links', { ...state, step: STEP.sweepImages, seen: state.link });
    case STEP.sweepImages:
      return emit('regadm reads the images', { ...state, step: STEP.sweepDecide, seen: state.seen | state.image });
    case STEP.sweepDecide:
      if (state.seen)
        return emit('the blob is unmarked, and gets its links back', {
          ...state,
          link: state.place ? 1 : state.link,
          mark: MARK.none,
          markKnownBy: 0,
          step: STEP.idle,
        });
      return emit('the journal announces the move', { ...announced(state, protocol), step: STEP.move });
    case STEP.move:
      if (protocol.copies && state.place) {
        const copied = { ...state, trash: 1, announced: 0, step: STEP.removeFromPlace };
        return emit('regadm copies the blob to the trash', copied);
      }
      return emit('regadm moves the blob to the trash', { ...moved(state), step: STEP.recordSweep });
    case STEP.removeFromPlace:
      return emit('regadm removes the blob from its place', { ...state, place: 0, step: STEP.recordSweep });
    case STEP.recordSweep:
      return emit('regadm records the processes that run', recorded(state, protocol));
  }
}

/** A copy that is in the trash of the same day leaves its former sweep. */
function announced(state: State, { without }: Protocol): State {
  const keeps = without === 'the record of its own for a blob that moves again' && state.sweep !== SWEEP.none;
  return { ...state, ...(keeps ? {} : UNRECORDED), announced: 1 };
}

const moved = (state: State): State => (state.place ? { ...state, place: 0, trash: 1, announced: 0 } : state);

function recorded(state: State, { readsProcesses }: Protocol): State {
  const next = { ...state, mark: MARK.none, markKnownBy: 0, settled: 0, conclusive: 0, step: STEP.idle };
  if (!readsProcesses) return { ...next, sweep: SWEEP.unrecorded, sweepKnownBy: 0 };
  return { ...next, sweep: SWEEP.recorded, sweepKnownBy: state.running };
}
