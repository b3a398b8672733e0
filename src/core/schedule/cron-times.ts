import { parseDuration } from '../model/values/duration.js';
import { FIELDS, SHORT, valueOf, type CronField } from './cron.js';

const DAY_S = 86_400;
/** The first day of a leap year: 1 January 2024, in ms since the epoch. */
const START_MS = Date.UTC(2024, 0, 1);
/** Days that are searched: 28 years, after which weekdays and leap days repeat. */
const CYCLE_DAYS = 28 * 365.25;

/** The values of a field, and whether it is `*`. */
interface Values {
  allows(value: number): boolean;
  isAny: boolean;
}

/**
 * Returns the longest time that passes from a run of a valid schedule to the run `periods` later, in s: three periods
 * of `0 0 * * 1-5` are 5 days, from Thursday to Tuesday.
 * @returns undefined if the schedule never starts a run, such as on 31 February
 */
export function longestPeriods(schedule: string, periods: number): number | undefined {
  if (schedule.startsWith('@every ')) {
    const ms = parseDuration(schedule.slice('@every '.length)) ?? 0;
    return Math.max(1, Math.floor(ms / 1000)) * periods;
  }
  const [minute, hour, ...dayFields] = (SHORT.get(schedule) ?? schedule)
    .trim()
    .split(/\s+/)
    .map((text, index) => valuesOf(text, FIELDS[index]!)) as [Values, Values, Values, Values, Values];
  const minutes = numbers(60).filter(minute.allows);
  const times = numbers(24)
    .filter(hour.allows)
    .flatMap((h) => minutes.map((m) => h * 3600 + m * 60));
  const days = daysOf(dayFields);
  if (days.length <= periods) return undefined;
  return Math.max(...times.map((time, at) => longestFrom(time, at + periods)));

  /** The longest time from a time of day to the run whose index, counted from the first run of that day, is `to`. */
  function longestFrom(time: number, to: number): number {
    const laterDays = Math.floor(to / times.length);
    const gap = laterDays === 0 ? 0 : longestGap(days, laterDays);
    return gap * DAY_S + times[to % times.length]! - time;
  }
}

/** Returns the largest distance from a day to the day that is `count` places later. */
function longestGap(days: readonly number[], count: number): number {
  let longest = 0;
  for (let at = count; at < days.length; at++) longest = Math.max(longest, days[at]! - days[at - count]!);
  return longest;
}

/** Returns the days on which runs start, counted from the first day of the cycle. */
function daysOf([day, month, weekday]: [Values, Values, Values]): number[] {
  return numbers(CYCLE_DAYS).filter((at) => {
    const date = new Date(START_MS + at * DAY_S * 1000);
    const isDay = day.allows(date.getUTCDate());
    const isWeekday = weekday.allows(date.getUTCDay());
    // Two restricted fields are alternatives.
    const fits = day.isAny || weekday.isAny ? isDay && isWeekday : isDay || isWeekday;
    return fits && month.allows(date.getUTCMonth() + 1);
  });
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function valuesOf(text: string, field: CronField): Values {
  const items = text.split(',').map((item) => rangeOf(item, field));
  return {
    allows: (value) => items.some(({ from, to, step }) => value >= from && value <= to && (value - from) % step === 0),
    isAny: items.some(({ isAny }) => isAny),
  };
}

/** Reads `*`, `5`, `1-5`, each with `/STEP`. As in Kubernetes, `5/10` starts at 5, and `*` with a step restricts. */
function rangeOf(item: string, field: CronField): { from: number; to: number; step: number; isAny: boolean } {
  const [range = '', stepText] = item.split('/');
  const step = stepText === undefined ? 1 : Number(stepText);
  if (range === '*' || range === '?') return { from: field.min, to: field.max, step, isAny: step === 1 };
  const [from = 0, to] = range.split('-').map((text) => valueOf(text, field));
  return { from, to: to ?? (stepText === undefined ? from : field.max), step, isAny: false };
}
