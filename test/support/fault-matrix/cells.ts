import { FAULTS, type Fault } from './faults.js';
import { kindOf, type RequestKind } from './request-kind.js';
import type { Reference } from './trial.js';

/** Which of the requests of one kind fail, counted from 1. */
export interface Moment {
  name: string;
  hits(at: number): boolean;
}

/** One experiment: these requests fail in this way. */
export interface Cell {
  /** The command, and what it does without faults. */
  reference: Reference;
  kind: RequestKind;
  fault: string;
  action: Fault;
  moment: Moment;
}

/** Returns the name of a cell in test titles: `registry restart / list pods / 500 / always`. */
export function cellName({ reference, kind, fault, moment }: Cell): string {
  return `${reference.subject.name} / ${kind.name} / ${fault} / ${moment.name}`;
}

/** Returns the name of a kind of request, which commands of one family share. */
export function familyKind({ reference, kind }: Cell): string {
  return `${reference.subject.family} / ${kind.name}`;
}

/**
 * Returns every kind of request of a run without faults × every fault of its shape × every moment.
 * @throws Error for a kind of request without faults
 */
export function cellsOf(reference: Reference): Cell[] {
  const counts = new Map<string, { kind: RequestKind; count: number }>();
  for (const [index, request] of reference.requests.entries()) {
    const kind = kindOf({ ...request, index });
    const entry = counts.get(kind.name) ?? { kind, count: 0 };
    entry.count++;
    counts.set(kind.name, entry);
  }
  return [...counts.values()].flatMap(({ kind, count }) => {
    const faults = Object.entries(FAULTS[kind.shape]);
    if (faults.length === 0) throw new Error(`no faults for requests of the kind ${kind.name}`);
    return faults.flatMap(([fault, action]) =>
      momentsOf(count).map((moment) => ({ reference, kind, fault, action, moment })),
    );
  });
}

function momentsOf(count: number): Moment[] {
  const middle = Math.ceil(count / 2);
  return [
    { name: 'first', hits: (at) => at === 1 },
    ...(count > 2 ? [{ name: 'middle', hits: (at: number) => at === middle }] : []),
    ...(count > 1 ? [{ name: 'late', hits: (at: number) => at === count }] : []),
    { name: 'always', hits: () => true },
  ];
}

/** Whether regadm retries a request after this fault. If it occurs always, the retries take several seconds. */
const isRetried = ({ fault }: Cell): boolean => !/^(403|401|405|409|ends at once|done)/.test(fault);

/**
 * Chooses cells for the normal test run: every kind of request, every fault and every command occur about equally
 * often, and no cell takes long because every retry fails too. The choice is always the same.
 */
export function sampleOf(cells: readonly Cell[], size: number): Cell[] {
  const left = cells.filter((cell) => cell.moment.name !== 'always' || !isRetried(cell));
  const used = new Map<string, number>();
  const usesOf = (cell: Cell): number =>
    traitsOf(cell).reduce(
      (sum, key) => sum + (used.get(key) ?? 0),
      // No kind of request occurs twice before every kind has occurred.
      (used.get(familyKind(cell)) ?? 0) * left.length,
    );
  const sample: Cell[] = [];
  while (sample.length < size && left.length > 0) {
    const counts = left.map(usesOf);
    const least = counts.reduce((best, count, at) => (count < counts[best]! ? at : best), 0);
    const [cell] = left.splice(least, 1);
    sample.push(cell!);
    for (const key of [familyKind(cell!), ...traitsOf(cell!)]) used.set(key, (used.get(key) ?? 0) + 1);
  }
  return sample;
}

function traitsOf({ reference, kind, fault, moment }: Cell): string[] {
  return [reference.subject.name, fault, moment.name, `${kind.shape} ${fault}`];
}
