import { markNext } from './mark.js';
import { canConclude, hasRecord, isOld, older, UNRECORDED, type Protocol } from './protocol.js';
import { recheckNext } from './recheck.js';
import type { Emit } from './search.js';
import { fallAsleep, wake } from './sleep.js';
import { ASLEEP, MARK, STEP, SWEEP, type State } from './state.js';
import { sweepNext } from './sweep.js';

/**
 * What regadm can do next. A run, of any command, is any sequence of these operations, so the order of a real run is
 * one of many. It can be killed at each step; the next run continues with what is recorded.
 */
export function regadmNext(state: State, protocol: Protocol, emit: Emit): void {
  if (state.asleep !== ASLEEP.none) wake(state, emit);
  if (state.step !== STEP.idle) {
    emit('regadm is killed', { ...state, step: STEP.idle });
    fallAsleep(state, protocol, emit);
    recheckNext(state, protocol, emit);
    sweepNext(state, protocol, emit);
    markNext(state, protocol, emit);
  } else if (state.announced && !ignoresAnnouncements(protocol)) {
    emit('the next run sees that an announced move did not happen', { ...state, announced: 0 });
  } else {
    record(state, protocol, emit);
    emptyRedis(state, protocol, emit);
    settle(state, protocol, emit);
    begin(state, protocol, emit);
    beginByHand(state, protocol, emit);
  }
}

const ignoresAnnouncements = ({ without }: Protocol): boolean =>
  without === 'the new decision about a move that did not happen' ||
  without === 'the record of its own for a move that happens late';

function record(state: State, protocol: Protocol, emit: Emit): void {
  const isOnlyCopied =
    protocol.copies && state.trash && state.place && protocol.without !== 'the record after the end of a move';
  if (state.sweep === SWEEP.unrecorded && protocol.readsProcesses && !isOnlyCopied)
    emit('a run finds blobs in the trash without a record: it records the processes that run', {
      ...state,
      sweep: SWEEP.recorded,
      sweepKnownBy: state.running,
    });
  if (state.mark === MARK.linksRemoved && !state.markKnownBy)
    emit('the recorded processes have ended: the mark is complete', {
      ...state,
      mark: MARK.complete,
      scoped: protocol.redis ? 0 : state.scoped,
      global: protocol.redis ? 0 : state.global,
    });
}

/** The processes that run now can still act on what they have read from Redis. */
function emptyRedis(state: State, { redis, without }: Protocol, emit: Emit): void {
  if (!redis || state.sweep !== SWEEP.recorded || state.sweepKnownBy) return;
  emit('regadm empties Redis, and records the processes that run', {
    ...state,
    scoped: 0,
    global: 0,
    sweep: SWEEP.cacheEmptied,
    sweepKnownBy: without === 'the second restart with Redis' ? 0 : state.running,
  });
}

/** From when regadm sees that the recorded processes have ended, what they have sent takes effect within a minute. */
function settle(state: State, protocol: Protocol, emit: Emit): void {
  const mustEnd = protocol.without !== 'the restart before the conclusive recheck';
  if (!hasRecord(state, protocol) || (mustEnd && state.sweepKnownBy)) return;
  if (state.settled === 0)
    emit('regadm takes the recorded processes as ended', {
      ...state,
      settled: 1,
      first: older(state.first),
      second: older(state.second),
    });
  if (state.settled === 1 && !isOld(state.first) && !isOld(state.second))
    emit('what ended processes have sent has taken effect', { ...state, settled: 2 });
}

function begin(state: State, protocol: Protocol, emit: Emit): void {
  const { without, readsProcesses, waitsForMarks } = protocol;
  const able = canConclude(state, protocol) ? 1 : 0;
  if (state.sweep !== SWEEP.none) {
    const isFirst = state.sweep === SWEEP.unrecorded && !readsProcesses;
    const first = isFirst ? { ...state, sweep: SWEEP.recorded, sweepKnownBy: state.running } : state;
    // A run sleeps for less than the trash keeps blobs, so it wakes before the recheck that precedes the purge.
    const mayPurge = state.asleep === ASLEEP.none ? 1 : 0;
    emit('a recheck begins', { ...first, step: STEP.recheckWalk, able, mayPurge });
  }
  if (without === 'the recheck' && state.trash && able) emit('regadm purges', { ...state, trash: 0 });
  const canSweep = waitsForMarks ? state.mark === MARK.complete : state.mark !== MARK.none;
  // A run sleeps for less than the grace, so it wakes before the blob can be swept again.
  if (canSweep && state.place && state.asleep === ASLEEP.none)
    emit('a sweep begins', { ...state, step: STEP.sweepWalk });
  if (state.place && state.mark !== MARK.complete)
    emit('a run looks for blobs to mark', { ...state, step: STEP.markImages });
  if (without === 'the new decision about a move that did not happen' && state.announced)
    emit('the next run repeats the announced move', { ...state, step: STEP.move });
}

/** What an administrator can do: `trash restore`, and `--discard-marks` after the mark file was damaged. */
function beginByHand(state: State, { discardsMarks }: Protocol, emit: Emit): void {
  if (state.trash) emit('somebody restores the blob', { ...state, step: STEP.moveBack });
  const sweep = state.sweep === SWEEP.none ? {} : UNRECORDED;
  if (discardsMarks) emit('the marks are discarded', { ...state, mark: MARK.none, markKnownBy: 0, ...sweep });
}
