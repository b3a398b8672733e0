/** Rows of the table that compares an old and a new program: what was measured, and whether it meets its target. */
import { median } from './statistics.js';

/** Ratio to the old value up to which a measurement has not become worse: differences below are noise. */
const NOISE = 1.05;

/**
 * Returns a row from the rounds of a measurement.
 * @param rounds values by program in each round: `{ old: number, new: number }`, without `old` if there is no old one
 * @param options `most`: target of the value; `mostOfOld`: target of the ratio to the old value; `moreIsBetter`: for
 *   values that must not fall; `isFree`: any value is right; `digits` to print
 */
export function row(name, rounds, options = {}) {
  const [before, now] = ['old', 'new'].map((who) =>
    rounds[0]?.[who] === undefined ? undefined : median(rounds.map((round) => round[who])),
  );
  return { name, old: before, new: now, change: before === undefined ? undefined : now / before, ...options };
}

/** Returns the target of a row as text, and whether it is met; undefined where there is nothing to compare with. */
export function judge({ new: now, change, most, mostOfOld, moreIsBetter, isFree }) {
  if (isFree) return { target: '' };
  if (most !== undefined) return { target: `≤ ${most}`, met: now <= most };
  if (mostOfOld !== undefined)
    return { target: `≤ ${mostOfOld} × old`, met: change === undefined ? undefined : change <= mostOfOld };
  const worse = moreIsBetter ? 1 / change : change;
  return { target: 'not worse', met: change === undefined ? undefined : worse <= NOISE };
}

/** Returns the cells of a row: measurement, old, new, new/old, target, met. */
export function cells(each) {
  const { name, old: before, new: now, change, digits = 2 } = each;
  const { target, met } = judge(each);
  const shown = (value, places) => (value === undefined ? '' : value.toFixed(places));
  const verdict = met === undefined ? '' : met ? 'yes' : '**missed**';
  return [name, shown(before, digits), shown(now, digits), shown(change, 2), target, verdict];
}

export const HEADER = ['measurement', 'old', 'new', 'new/old', 'target', 'met'];
