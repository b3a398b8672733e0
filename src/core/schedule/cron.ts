import { parseDuration } from '../model/values/duration.js';

export interface CronField {
  name: string;
  min: number;
  max: number;
  names?: string[];
}

export const FIELDS: CronField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of the week', min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** The short forms, and what they mean. */
export const SHORT = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/**
 * Returns why a CronJob would reject a schedule; undefined if it is valid: five fields (`0 0 * * *`) or a short form
 * (`@daily`).
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export function cronProblem(text: string): string | undefined {
  if (/^(CRON_)?TZ=/.test(text)) return 'must not contain a time zone';
  if (text.startsWith('@every ')) return everyProblem(text.slice('@every '.length));
  if (text.startsWith('@'))
    return SHORT.has(text) ? undefined : `unknown short form ${text} (must be one of ${[...SHORT.keys()].join(', ')})`;
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length)
    return `must have 5 fields (minute hour day month weekday), not ${text.trim() === '' ? 0 : parts.length}`;
  return FIELDS.map((field, index) => fieldProblem(parts[index]!, field)).find(Boolean);
}

function everyProblem(duration: string): string | undefined {
  return (parseDuration(duration) ?? 0) >= 1000 ? undefined : `invalid interval "${duration}" (write @every 90m)`;
}

function fieldProblem(text: string, field: CronField): string | undefined {
  return text
    .split(',')
    .map((item) => itemProblem(item, field))
    .find(Boolean);
}

function itemProblem(item: string, field: CronField): string | undefined {
  const match = /^(\*|\?|[0-9a-z]+(?:-[0-9a-z]+)?)(?:\/(\d+))?$/i.exec(item);
  if (!match) return `invalid ${field.name} "${item}"`;
  if (match[2] !== undefined && Number(match[2]) === 0) return `invalid step in "${item}" (must be greater than 0)`;
  if (match[1] === '*' || match[1] === '?') return undefined;
  const [from, to] = match[1]!.split('-').map((text) => valueOf(text, field)) as [
    number | undefined,
    number | undefined,
  ];
  const ends = match[1]!.includes('-') ? [from, to] : [from];
  if (ends.some((end) => end === undefined || end < field.min || end > field.max)) {
    return `invalid ${field.name} "${item}" (must be ${field.min}-${field.max})`;
  }
  return to !== undefined && to < from! ? `invalid range "${item}" (ends before it starts)` : undefined;
}

/** Returns the number of a value or a name; undefined if it is neither. */
export function valueOf(text: string, { names = [], min }: CronField): number | undefined {
  const index = names.indexOf(text.toLowerCase());
  if (index !== -1) return index + min;
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
