/**
 * The state of the model: one blob that nothing used at first, two pushers, two processes of the registry, and regadm.
 * All values are small numbers. Sets of processes are bit masks: 1 is process A, 2 is process B.
 */
export interface State {
  /** 1 if the data of the blob is in its place. */
  place: number;
  /** 1 if the trash has the blob. */
  trash: number;
  /** 1 if a link in a repository leads to the blob. */
  link: number;
  /** 1 if an Image names the blob. */
  image: number;
  /** Processes of the registry that run. A process that starts again is another one, with an empty cache. */
  running: number;
  /** Processes whose cache says that the repository has the blob. With Redis: 1 if Redis has that. */
  scoped: number;
  /** Processes whose cache says that the data of the blob exists. With Redis: 1 if Redis has that. */
  global: number;
  /** Requests of the two pushers, see `Push`. */
  first: number;
  second: number;
  /** The mark of the blob, see `MARK`. */
  mark: number;
  /** Processes that ran after the links of the marked blob were removed, and still run. */
  markKnownBy: number;
  /** The sweep that the trash's copy belongs to, see `SWEEP`. */
  sweep: number;
  /** Recorded processes of the sweep that still run. */
  sweepKnownBy: number;
  /** 1: regadm has seen that all recorded processes had ended; 2: their last requests have taken effect since. */
  settled: number;
  /** 1 if a conclusive recheck found that nothing uses the blob in the trash. */
  conclusive: number;
  /** 1 if the journal announces a move that did not happen. */
  announced: number;
  /** What regadm does next, see `STEP`. */
  step: number;
  /** 1 if the look that is under way found a link or an Image. */
  seen: number;
  /** 1 if the recheck that is under way can be conclusive. */
  able: number;
  /** 1 if a purge can follow the recheck that is under way: no other run slept when it began. */
  mayPurge: number;
  /** The change that a run was about to make when it fell asleep, see `ASLEEP`. */
  asleep: number;
}

/** A request of a pusher: which step is next, and in which process (by index); of an ended process: in flight. */
export const PUSH = {
  idle: 0,
  writeData: 1,
  writeLink: 3,
  createImage: 5,
  /** The process has ended, but its last request can still take effect. */
  lateLink: 7,
  lateImage: 8,
  /** The same, sent before regadm saw that the recorded processes had ended. */
  oldLink: 9,
  oldImage: 10,
} as const;

/** With `linksRemoved`, the processes that ran after that are recorded. */
export const MARK = { none: 0, written: 1, linksRemoved: 2, complete: 3 } as const;

/** With `recorded`, the processes that ran after the move are known; with `cacheEmptied`, Redis was emptied since. */
export const SWEEP = { none: 0, unrecorded: 1, recorded: 2, cacheEmptied: 3 } as const;

export const STEP = {
  idle: 0,
  recheckWalk: 1,
  recheckImages: 2,
  recheckDecide: 3,
  moveBack: 4,
  removeFromTrash: 5,
  rechecked: 6,
  purge: 7,
  sweepWalk: 8,
  sweepImages: 9,
  sweepDecide: 10,
  move: 11,
  removeFromPlace: 12,
  recordSweep: 13,
  markImages: 14,
  writeMark: 15,
  removeLink: 16,
  recordMark: 17,
} as const;

/** The change that a sleeping run was about to make. */
export const ASLEEP = { none: 0, moveBack: 1, removeFromTrash: 2, move: 3, removeFromPlace: 4, removeLink: 5 } as const;

/** No image uses the blob. Its link is left, and a process of the registry still knows it. */
export const INITIAL: State = {
  place: 1,
  trash: 0,
  link: 1,
  image: 0,
  running: 1,
  scoped: 1,
  global: 1,
  first: 0,
  second: 0,
  mark: 0,
  markKnownBy: 0,
  sweep: 0,
  sweepKnownBy: 0,
  settled: 0,
  conclusive: 0,
  announced: 0,
  step: 0,
  seen: 0,
  able: 0,
  mayPurge: 0,
  asleep: 0,
};

/** The two halves of a packed state. */
export type Packed = readonly [low: number, high: number];

/** Packs a state into two 32-bit numbers. */
export function pack(state: State): Packed {
  const low =
    state.place |
    (state.trash << 1) |
    (state.link << 2) |
    (state.image << 3) |
    (state.running << 4) |
    (state.scoped << 6) |
    (state.global << 8) |
    (state.first << 10) |
    (state.second << 14) |
    (state.mark << 18) |
    (state.markKnownBy << 20) |
    (state.sweep << 22) |
    (state.sweepKnownBy << 24) |
    (state.settled << 26) |
    (state.conclusive << 28) |
    (state.announced << 29);
  return [low, state.step | (state.seen << 5) | (state.able << 6) | (state.mayPurge << 7) | (state.asleep << 8)];
}

export function unpack(low: number, high: number): State {
  return {
    place: low & 1,
    trash: (low >> 1) & 1,
    link: (low >> 2) & 1,
    image: (low >> 3) & 1,
    running: (low >> 4) & 3,
    scoped: (low >> 6) & 3,
    global: (low >> 8) & 3,
    first: (low >> 10) & 15,
    second: (low >> 14) & 15,
    mark: (low >> 18) & 3,
    markKnownBy: (low >> 20) & 3,
    sweep: (low >> 22) & 3,
    sweepKnownBy: (low >> 24) & 3,
    settled: (low >> 26) & 3,
    conclusive: (low >> 28) & 1,
    announced: (low >> 29) & 1,
    step: high & 31,
    seen: (high >> 5) & 1,
    able: (high >> 6) & 1,
    mayPurge: (high >> 7) & 1,
    asleep: high >> 8,
  };
}

/** Packed pushes by number, when the two processes are exchanged. */
const SWAPPED_PUSHES = Array.from({ length: 16 }, (_, push) =>
  push >= PUSH.writeData && push < PUSH.lateLink ? ((push - 1) ^ 1) + 1 : push,
);
/** Where sets of processes are in the low half. */
const SETS = [4, 20, 24];
const CACHES = [6, 8];
const lowBits = (shifts: number[]): number => shifts.reduce((mask, shift) => mask | (1 << shift), 0);
const OWN_CACHES = lowBits([...SETS, ...CACHES]);
const SHARED_CACHE = lowBits(SETS);

/** Exchanges the two processes in the low half of a packed state. */
export function swapProcesses(low: number, isCacheShared: boolean): number {
  const mask = isCacheShared ? SHARED_CACHE : OWN_CACHES;
  const swapped = (low & ~(mask | (mask << 1))) | ((low & mask) << 1) | ((low >>> 1) & mask);
  return (
    (swapped & ~(255 << 10)) | (SWAPPED_PUSHES[(low >> 10) & 15]! << 10) | (SWAPPED_PUSHES[(low >> 14) & 15]! << 14)
  );
}

/** Exchanges the two pushers in the low half of a packed state if their requests are in the wrong order. */
export function sortPushers(low: number): number {
  const first = (low >> 10) & 15;
  const second = (low >> 14) & 15;
  return first <= second ? low : (low & ~(255 << 10)) | (second << 10) | (first << 14);
}
