import { INITIAL, pack, sortPushers, swapProcesses, unpack, type Packed, type State } from './state.js';

/** Jest looks up globals slowly, and these are called millions of times. */
const { imul, min } = Math;

/** Takes a state that can follow, and what leads to it. */
export type Emit = (label: string, state: State) => void;

interface Machine {
  /** Calls `emit` for each state that can follow. */
  next(state: State, emit: Emit): void;
  /** @returns what is wrong with a state; undefined if nothing is */
  fault(state: State): string | undefined;
  /** True if the processes share one cache. */
  isCacheShared: boolean;
}

export interface Exploration {
  /** Number of different states; states that differ only by the names of pushers or processes count once. */
  states: number;
  /** What is wrong, and the shortest way there. */
  counterexample?: Counterexample;
}

interface Counterexample {
  fault: string;
  trace: string[];
}

/** Visits all states breadth first, until there is none left or one is wrong. */
export function explore(machine: Machine): Exploration {
  const seen = new SeenStates();
  seen.add(canonical(INITIAL, machine), -1);
  let current = 0;
  let isWrong = false;
  const visit: Emit = (_label, state) => {
    isWrong ||= machine.fault(state) !== undefined;
    if (!isWrong) seen.add(canonical(state, machine), current);
  };
  for (; current < seen.size && !isWrong; current++) machine.next(seen.at(current), visit);
  if (!isWrong) return { states: seen.size };
  return { states: seen.size, counterexample: replay(seen.pathTo(current - 1), machine) };
}

/** Of the packed states that differ only by the names of pushers and processes, returns one. */
function canonical(state: State, { isCacheShared }: Machine): Packed {
  const [low, high] = pack(state);
  const ordered = sortPushers(low);
  const swapped = sortPushers(swapProcesses(low, isCacheShared));
  return [min(ordered, swapped), high];
}

/** Goes the way to a wrong state with the names of the first state. */
function replay(path: Packed[], machine: Machine): Counterexample {
  const trace: string[] = [];
  let state = INITIAL;
  for (const [low, high] of path) {
    const step = findStep(state, machine, (next) => {
      const key = canonical(next, machine);
      return key[0] === low && key[1] === high;
    });
    trace.push(step.label);
    state = step.state;
  }
  const last = findStep(state, machine, (next) => machine.fault(next) !== undefined);
  return { fault: machine.fault(last.state)!, trace: [...trace, last.label] };
}

function findStep(from: State, machine: Machine, isWanted: (state: State) => boolean): { label: string; state: State } {
  const found: { label: string; state: State }[] = [];
  machine.next(from, (label, state) => {
    if (found.length === 0 && isWanted(state)) found.push({ label, state });
  });
  return found[0]!;
}

/** A set of packed states in the order of their discovery, with open addressing. */
class SeenStates {
  size = 0;
  #low = new Int32Array(1 << 16);
  #high = new Int32Array(1 << 16);
  #parents = new Int32Array(1 << 16);
  #slots = new Int32Array(1 << 18).fill(-1);

  at(index: number): State {
    return unpack(this.#low[index]!, this.#high[index]!);
  }

  /** Returns the states on the way from the first one, without it. */
  pathTo(index: number): Packed[] {
    const path: Packed[] = [];
    for (let at = index; at > 0; at = this.#parents[at]!) path.push([this.#low[at]!, this.#high[at]!]);
    return path.reverse();
  }

  add([low, high]: Packed, parent: number): void {
    const slot = this.#slotOf(low, high);
    if (this.#slots[slot] !== -1) return;
    if (this.size === this.#low.length) this.#growStates();
    this.#low[this.size] = low;
    this.#high[this.size] = high;
    this.#parents[this.size] = parent;
    this.#slots[slot] = this.size++;
    if (this.size * 2 > this.#slots.length) this.#growSlots();
  }

  #slotOf(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    let hash = imul(low ^ imul(high, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = imul(hash, 0xc2b2ae35) >>> 3; ; slot++) {
      const at = this.#slots[slot & mask]!;
      if (at === -1 || (this.#low[at] === low && this.#high[at] === high)) return slot & mask;
    }
  }

  #growStates(): void {
    [this.#low, this.#high, this.#parents] = [this.#low, this.#high, this.#parents].map((old) => {
      const grown = new Int32Array(old.length * 2);
      grown.set(old);
      return grown;
    }) as [Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>];
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let at = 0; at < this.size; at++) this.#slots[this.#slotOf(this.#low[at]!, this.#high[at]!)] = at;
  }
}
