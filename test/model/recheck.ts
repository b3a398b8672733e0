import type { Protocol } from './protocol.js';
import type { Emit } from './search.js';
import { STEP, type State } from './state.js';

/** The steps of a recheck, of moving back, and of the purge after it. */
export function recheckNext(state: State, { without, copies }: Protocol, emit: Emit): void {
  switch (state.step) {
    case STEP.recheckWalk:
      return emit('regadm walks the links', { ...state, step: STEP.recheckImages, seen: state.link });
    case STEP.recheckImages: {
      const image = without === 'the images in the recheck' ? 0 : state.image;
      return emit('regadm reads the images', { ...state, step: STEP.recheckDecide, seen: state.seen | image });
    }
    case STEP.recheckDecide:
      return decide(state, emit);
    case STEP.moveBack:
      if (copies && state.trash && !state.place)
        return emit('regadm copies the blob back', { ...state, place: 1, link: 1, step: STEP.removeFromTrash });
      return emit('regadm moves the blob back', { ...movedBack(state), step: STEP.idle });
    case STEP.removeFromTrash:
      return emit('regadm removes the copy from the trash', { ...state, trash: 0, step: STEP.idle });
    case STEP.rechecked:
      if (state.trash && (state.conclusive || (copies && state.place)) && state.mayPurge)
        emit('regadm chooses the blob for the purge', { ...state, step: STEP.purge });
      return;
    case STEP.purge:
      return emit('regadm purges', { ...state, trash: 0, step: STEP.idle });
  }
}

function decide(state: State, emit: Emit): void {
  if (state.seen) emit('the blob is linked or in use', { ...state, step: state.trash ? STEP.moveBack : STEP.idle });
  else
    emit(`the recheck finds nothing${state.able ? ', and is conclusive' : ''}`, {
      ...state,
      conclusive: state.able | state.conclusive,
      step: STEP.rechecked,
    });
}

/** A blob that is in its place is never replaced; then the trash keeps its copy. Its links are written in any case. */
export function movedBack(state: State): State {
  if (!state.trash) return state;
  return state.place ? { ...state, link: 1 } : { ...state, place: 1, trash: 0, link: 1 };
}
