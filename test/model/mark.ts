import type { Protocol } from './protocol.js';
import type { Emit } from './search.js';
import { MARK, STEP, type State } from './state.js';

/** The steps of marking. */
export function markNext(state: State, { without, waitsForMarks }: Protocol, emit: Emit): void {
  switch (state.step) {
    case STEP.markImages:
      if (state.image) return emit('the blob is in use', { ...state, step: STEP.idle });
      return emit('regadm reads the images: nothing uses the blob', { ...state, step: STEP.writeMark });
    case STEP.writeMark:
      return emit('regadm writes the mark', {
        ...state,
        mark: without === 'the record of removed links' ? MARK.none : MARK.written,
        markKnownBy: 0,
        step: STEP.removeLink,
      });
    case STEP.removeLink:
      if (state.link) emit('the link is recent: the blob is unmarked', { ...state, mark: MARK.none, step: STEP.idle });
      return emit('regadm removes the links', {
        ...state,
        link: 0,
        step: waitsForMarks ? STEP.recordMark : STEP.idle,
      });
    case STEP.recordMark:
      return emit('regadm records the processes that run', {
        ...state,
        mark: without === 'the restart after the mark' ? MARK.complete : MARK.linksRemoved,
        markKnownBy: without === 'the restart after the mark' ? 0 : state.running,
        step: STEP.idle,
      });
  }
}
