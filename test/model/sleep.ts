import { UNRECORDED, type Protocol } from './protocol.js';
import { movedBack } from './recheck.js';
import type { Emit } from './search.js';
import { ASLEEP, STEP, type State } from './state.js';

const CHANGES: Partial<Record<number, number>> = {
  [STEP.moveBack]: ASLEEP.moveBack,
  [STEP.removeFromTrash]: ASLEEP.removeFromTrash,
  [STEP.purge]: ASLEEP.removeFromTrash,
  [STEP.move]: ASLEEP.move,
  [STEP.removeFromPlace]: ASLEEP.removeFromPlace,
  [STEP.removeLink]: ASLEEP.removeLink,
};

/** A run falls asleep after it has looked at its lease, and before the change. Another run takes over. */
export function fallAsleep(state: State, { sleeps, copies }: Protocol, emit: Emit): void {
  const change = CHANGES[state.step];
  if (!sleeps || !change || state.asleep !== ASLEEP.none) return;
  // A copy that appears late leaves the blob in its place, and what follows it is not sent.
  if (copies && (state.step === STEP.move || state.step === STEP.moveBack)) return;
  emit('regadm falls asleep, and another run takes over', { ...state, asleep: change, step: STEP.idle });
}

/** The run wakes up, and makes one change before it looks at its lease again. */
export function wake(state: State, emit: Emit): void {
  const awake = { ...state, asleep: ASLEEP.none };
  switch (state.asleep) {
    case ASLEEP.moveBack:
      return emit('the run wakes up, and moves the blob back', movedBack(awake));
    case ASLEEP.removeFromTrash:
      return emit('the run wakes up, and deletes the blob from the trash', { ...awake, trash: 0 });
    case ASLEEP.move:
      return emit('the run wakes up, and moves the blob to the trash', movedLate(awake));
    case ASLEEP.removeFromPlace:
      return emit('the run wakes up, and removes the blob from its place', { ...awake, place: 0 });
    case ASLEEP.removeLink:
      return emit('the run wakes up, and removes the link', { ...awake, link: 0 });
  }
}

/** A blob that comes into the trash late does not belong to the sweep that was recorded before. */
function movedLate(state: State): State {
  if (!state.place) return state;
  const moved = { ...state, place: 0, trash: 1, announced: 0 };
  return state.announced ? moved : { ...moved, ...UNRECORDED, able: 0 };
}
