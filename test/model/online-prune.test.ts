import { NO_SWEEP, type Part } from './protocol.js';
import { regadmNext } from './regadm.js';
import { registryNext } from './registry.js';
import { isPurged, LINKED, LOST, SAFE, UNNOTICED, UNSAFE, type Scenario } from './scenarios.js';
import { explore, type Exploration } from './search.js';
import { ASLEEP, STEP, type State } from './state.js';

/** MODEL_PUSHERS=2 searches all scenarios with two pushers: 5 million states. */
const PUSHERS = process.env.MODEL_PUSHERS === '2' ? { pushers: 2 as const } : {};

/** Searches all states of a scenario. */
function search(scenario: Scenario): Exploration {
  const faults = scenario.faults ?? LOST;
  return explore({
    isCacheShared: Boolean(scenario.redis),
    next(state, emit) {
      registryNext(state, scenario, (label, next) => emit(label, withoutOldValues(next)));
      regadmNext(state, scenario, (label, next) => emit(label, withoutOldValues(next)));
    },
    fault: (state) => faults.find((isWrong) => isWrong(state))?.(state),
  });
}

/** Forgets what nothing reads again, so that fewer states differ. */
function withoutOldValues(state: State): State {
  const isIdle = state.step === STEP.idle && (state.seen || state.able || state.mayPurge);
  const known = isIdle ? { ...state, seen: 0, able: 0, mayPurge: 0 } : state;
  return known.sweep && hasLeftTrash(known) ? { ...known, ...NO_SWEEP } : known;
}

const hasLeftTrash = ({ trash, announced, asleep, step }: State): boolean =>
  !trash && !announced && asleep !== ASLEEP.move && step !== STEP.move && step !== STEP.recordSweep;

const without = (part: Part, scenario: Scenario): Exploration => search({ ...scenario, without: part });

describe('an online hard prune loses nothing, in any order of events', () => {
  test.each(Object.entries(SAFE))('%s', (_name, scenario) => {
    const { states, counterexample } = search({ ...scenario, ...PUSHERS });
    expect(counterexample).toBeUndefined();
    expect(states).toBeGreaterThan(30_000);
  });
});

test('no push that begins after the sweep is accepted from an old cache, unless the image it relied on is deleted', () => {
  expect(search(UNNOTICED).counterexample).toBeUndefined();
  const { counterexample } = without('the restart after the mark', UNNOTICED);
  expect(counterexample?.fault).toContain('accepted');
});

test('links that are removed while a manifest is pushed are known, so that a later run restores them', () => {
  expect(search({ ...LINKED, ...PUSHERS }).counterexample).toBeUndefined();
  expect(without('the record of removed links', LINKED).counterexample?.fault).toContain('nothing knows');
});

describe('the search finds how an image is lost without', () => {
  test.each(Object.entries(UNSAFE) as [Part, Scenario][])('%s', (part, scenario) => {
    const { fault, trace } = without(part, { ...scenario, faults: [isPurged] }).counterexample!;
    expect(fault).toBe('an image was accepted, and its blob is purged');
    expect(trace.at(-1)).toBe('regadm purges');
  });
});

/** A process that has started before the move accepts a manifest, and stalls until the recheck has read the images. */
test('the obvious order, with a restart after the mark only, loses an image when a push stalls', () => {
  const part = 'the restart before the conclusive recheck';
  expect(without(part, { ...UNSAFE[part]!, faults: [isPurged] }).counterexample?.trace).toEqual([
    'process A ends',
    'a run looks for blobs to mark',
    'regadm reads the images: nothing uses the blob',
    'an Image is made through the API',
    'regadm writes the mark',
    'regadm removes the links',
    'regadm records the processes that run',
    'process A starts',
    'the first pusher puts a manifest to process A: it has the layer',
    'the Image is deleted',
    'the recorded processes have ended: the mark is complete',
    'a sweep begins',
    'regadm walks the links',
    'regadm reads the images',
    'the journal announces the move',
    'regadm moves the blob to the trash',
    'regadm records the processes that run',
    'regadm takes the recorded processes as ended',
    'what ended processes have sent has taken effect',
    'a recheck begins',
    'regadm walks the links',
    'regadm reads the images',
    'process A, for the first pusher, creates the Image: the push is accepted',
    'the recheck finds nothing, and is conclusive',
    'regadm chooses the blob for the purge',
    'regadm purges',
  ]);
});
