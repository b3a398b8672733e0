import type { Emit } from './search.js';
import { PUSH, type State } from './state.js';

/** What kind of registry and pushes a scenario has. */
export interface Environment {
  /** A layer is uploaded first, and named by a manifest in a second request. A manifest is put in one request. */
  blob: 'layer' | 'manifest';
  /** Number of pushers. */
  pushers: 1 | 2;
  /** True if the cache is in Redis: all processes share it, and it outlives them. */
  redis?: boolean;
  /** True if images are also made through the API, which leaves no link. */
  makesImages: boolean;
  /** True if images are also deleted. */
  deletesImages: boolean;
}

const PROCESSES = [0, 1] as const;
const NAMES = ['A', 'B'] as const;
const PUSHERS = ['first', 'second'] as const;

type Pusher = (typeof PUSHERS)[number];

/** What the registry, its users and its administrators can do next. */
export function registryNext(state: State, environment: Environment, emit: Emit): void {
  processes(state, environment, emit);
  images(state, environment, emit);
  for (const process of PROCESSES) {
    if (state.running & (1 << process))
      emit(`somebody asks process ${NAMES[process]} for the blob`, afterQuestion(state, process, environment));
  }
  for (const pusher of PUSHERS) push(state, pusher, environment, emit);
}

/** Processes start and end at any time; requests that an ended process has sent can still take effect. */
function processes(state: State, environment: Environment, emit: Emit): void {
  for (const process of PROCESSES) {
    const bit = 1 << process;
    const name = `process ${NAMES[process]}`;
    if (state.running & bit) for (const next of ended(state, process, environment)) emit(`${name} ends`, next);
    else emit(`${name} starts`, { ...state, running: state.running | bit });
  }
}

/** The states after the end of a process: its requests end, too, or their next change is in flight. */
function ended(state: State, process: number, { redis }: Environment): State[] {
  const others = 3 ^ (1 << process);
  const rest = {
    ...state,
    running: state.running & others,
    scoped: redis ? state.scoped : state.scoped & others,
    global: redis ? state.global : state.global & others,
    markKnownBy: state.markKnownBy & others,
    sweepKnownBy: state.sweepKnownBy & others,
  };
  const [firsts, seconds] = [OUTCOMES[process]![state.first]!, OUTCOMES[process]![state.second]!];
  if (firsts.length === 1 && seconds.length === 1) return [{ ...rest, first: firsts[0]!, second: seconds[0]! }];
  return firsts.flatMap((first) => seconds.map((second) => ({ ...rest, first, second })));
}

/** Results for each request when a process ends: it is gone, or its next change is in flight. */
const OUTCOMES = PROCESSES.map((process) => Array.from({ length: 16 }, (_, request) => outcomes(request, process)));

function outcomes(request: number, process: number): number[] {
  if (request === PUSH.writeData + process) return [PUSH.idle];
  if (request === PUSH.writeLink + process) return [PUSH.idle, PUSH.lateLink];
  if (request === PUSH.createImage + process) return [PUSH.idle, PUSH.lateImage];
  return [request];
}

/** An Image is made through the API alone while the data is there. Images are deleted. */
function images(state: State, { makesImages, deletesImages }: Environment, emit: Emit): void {
  if (makesImages && !state.image && state.place) emit('an Image is made through the API', { ...state, image: 1 });
  if (state.image && deletesImages) emit('the Image is deleted', { ...state, image: 0 });
}

const cacheBit = (process: number, { redis }: Environment): number => (redis ? 1 : 1 << process);

/** True if a process accepts the blob of the repository as existing. */
function isKnown(state: State, process: number, environment: Environment): boolean {
  const bit = cacheBit(process, environment);
  const exists = state.place | (state.global & bit);
  const isLinked = state.link | state.image | (state.scoped & bit);
  return exists !== 0 && isLinked !== 0;
}

/** A question refills the cache, also if it is answered 404. */
function afterQuestion(state: State, process: number, environment: Environment): State {
  const bit = cacheBit(process, environment);
  return {
    ...state,
    global: state.place ? state.global | bit : state.global,
    scoped: isKnown(state, process, environment) ? state.scoped | bit : state.scoped,
  };
}

/** One step of a push. A pusher can begin with any request, and begin again: the registry checks. */
function push(state: State, pusher: Pusher, environment: Environment, emit: Emit): void {
  const request = state[pusher];
  if (request === PUSH.idle) {
    if (environment.pushers === 1 && (state.first || state.second)) return;
    for (const process of PROCESSES) {
      if (state.running & (1 << process)) begin({ state, pusher, process, environment }, emit);
    }
    return;
  }
  for (const process of PROCESSES) proceed({ state, pusher, process, environment }, emit);
  if (request === PUSH.lateLink || request === PUSH.oldLink)
    emit(`the ${pusher} pusher's link appears late`, withPush({ ...state, link: 1 }, pusher, PUSH.idle));
  if (request === PUSH.lateImage || request === PUSH.oldImage)
    emit(`the ${pusher} pusher's Image appears late`, withPush({ ...state, image: 1 }, pusher, PUSH.idle));
}

const withPush = (state: State, pusher: Pusher, request: number): State =>
  pusher === 'first' ? { ...state, first: request } : { ...state, second: request };

interface Request {
  state: State;
  pusher: Pusher;
  process: number;
  environment: Environment;
}

/** The registry checks whether the data exists (an upload asks the storage, a manifest the cache first). */
function begin({ state, pusher, process, environment }: Request, emit: Emit): void {
  const name = `the ${pusher} pusher`;
  const on = `to process ${NAMES[process]}`;
  const asked = afterQuestion(state, process, environment);
  if (environment.blob === 'manifest') {
    const skips = state.place || state.global & cacheBit(process, environment);
    const next = (skips ? PUSH.writeLink : PUSH.writeData) + process;
    emit(`${name} puts the manifest ${on}: its data ${skips ? 'exists' : 'is missing'}`, withPush(asked, pusher, next));
    return;
  }
  const next = (state.place ? PUSH.writeLink : PUSH.writeData) + process;
  emit(
    `${name} uploads the layer ${on}: its data ${state.place ? 'exists' : 'is missing'}`,
    withPush(state, pusher, next),
  );
  if (isKnown(state, process, environment))
    emit(`${name} puts a manifest ${on}: it has the layer`, withPush(asked, pusher, PUSH.createImage + process));
}

/** The next change of a request that a process is working on. */
function proceed({ state, pusher, process, environment }: Request, emit: Emit): void {
  const request = state[pusher];
  const who = `process ${NAMES[process]}, for the ${pusher} pusher,`;
  if (request === PUSH.writeData + process)
    emit(`${who} writes the data`, withPush({ ...state, place: 1 }, pusher, PUSH.writeLink + process));
  if (request === PUSH.writeLink + process) {
    const bit = cacheBit(process, environment);
    const next = environment.blob === 'manifest' ? PUSH.createImage + process : PUSH.idle;
    emit(
      `${who} writes the link`,
      withPush({ ...state, scoped: state.scoped | bit, global: state.global | bit, link: 1 }, pusher, next),
    );
  }
  if (request === PUSH.createImage + process)
    emit(`${who} creates the Image: the push is accepted`, withPush({ ...state, image: 1 }, pusher, PUSH.idle));
}
