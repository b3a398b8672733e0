const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Numbers at least this large count ns, µs or ms; smaller ones count seconds. All are later than 1973. */
const EPOCH_UNITS: [least: number, perMs: number][] = [
  [1e17, 1e6],
  [1e14, 1e3],
  [1e11, 1],
  [0, 1e-3],
];

/** Reads a time of a log: RFC 3339, or a number since the epoch. @returns ms since the epoch */
export function toTime(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) && value.length <= 40)
    return valid(Date.parse(value));
  const number = typeof value === 'string' && /^\d{10,19}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') return undefined;
  const unit = EPOCH_UNITS.find(([least]) => number >= least);
  return unit && valid(Math.floor(number / unit[1]));
}

/** Reads the time of an access log: `28/Nov/2026:01:02:03 +0000`. */
export function accessTime(text: string): number | undefined {
  const match = /^(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/.exec(text);
  if (!match) return undefined;
  const [, day = '', name = '', year, clock, hours, minutes] = match;
  const month = String(MONTHS.indexOf(name) + 1).padStart(2, '0');
  return valid(Date.parse(`${year}-${month}-${day}T${clock}${hours}:${minutes}`));
}

function valid(time: number): number | undefined {
  return Number.isFinite(time) && time > 0 ? time : undefined;
}
