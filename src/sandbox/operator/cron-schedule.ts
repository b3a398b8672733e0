import { parseDuration } from '../../core/model/values/duration.js';

const MINUTE_MS = 60_000;

const SHORT: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The fields of a schedule: their first and last value, and the names of values. */
const FIELDS: [first: number, last: number, names: string[]][] = [
  [0, 59, []],
  [0, 23, []],
  [1, 31, []],
  [1, 12, MONTHS],
  [0, 6, WEEKDAYS],
];

interface Schedule {
  /** Five fields, a short form such as `@daily`, or `@every DURATION`. */
  schedule: string;
  /** Name of a time zone (default: UTC). */
  timeZone?: string;
}

/** Returns whether a schedule starts a run in the minute that begins at `ms`. An invalid schedule never does. */
export function isDue({ schedule, timeZone = 'UTC' }: Schedule, ms: number): boolean {
  const interval = /^@every (.+)$/.exec(schedule)?.[1];
  if (interval !== undefined) return Math.floor(ms / MINUTE_MS) % minutesOf(interval) === 0;
  const fields = (SHORT[schedule] ?? schedule).trim().split(/\s+/);
  const now = clockOf(ms, timeZone);
  if (fields.length !== FIELDS.length || !now) return false;
  const [minute, hour, day, month, weekday] = fields.map((field, at) => allows(field, now[at]!, FIELDS[at]!));
  const [, , dayField = '', , weekdayField = ''] = fields;
  // Two restricted fields are alternatives.
  const isDay = [dayField, weekdayField].some((field) => /^[*?]$/.test(field)) ? day && weekday : day || weekday;
  return Boolean(minute && hour && month && isDay);
}

/** Returns an interval in whole minutes, at least one. */
function minutesOf(interval: string): number {
  return Math.max(1, Math.round((parseDuration(interval) ?? Infinity) / MINUTE_MS));
}

/** Returns minute, hour, day, month and weekday of a time; undefined for a time zone that does not exist. */
function clockOf(ms: number, timeZone: string): number[] | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      minute: 'numeric',
      hour: 'numeric',
      day: 'numeric',
      month: 'numeric',
      weekday: 'short',
    });
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const numbers = (['minute', 'hour', 'day', 'month'] as const).map((type) => Number(parts.get(type)));
    return [...numbers, WEEKDAYS.indexOf(parts.get('weekday')!.toLowerCase())];
  } catch {
    return undefined;
  }
}

/** Returns whether a field such as `*`, `5`, `mon-fri`, `0-30/10` or `1,15` allows a value. */
function allows(field: string, value: number, [first, last, names]: (typeof FIELDS)[number]): boolean {
  return field.split(',').some((item) => {
    const [range = '', step] = item.split('/');
    const isAny = range === '*' || range === '?';
    const [from = first, to] = isAny ? [first, last] : range.split('-').map((text) => numberOf(text, first, names));
    const end = to ?? (step === undefined ? from : last);
    return value >= from && value <= end && (value - from) % Number(step ?? 1) === 0;
  });
}

function numberOf(text: string, first: number, names: string[]): number {
  const index = names.indexOf(text.toLowerCase());
  return index < 0 ? Number(text) : index + first;
}
