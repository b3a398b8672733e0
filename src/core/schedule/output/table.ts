import { age } from '../../model/values/age.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines } from '../../terminal/table.js';
import { clean } from '../../terminal/text.js';
import { wrappedWords } from '../../terminal/wrap.js';
import { failureText, type CronJobStatus, type Run, type ScheduleDocument } from '../report.js';

type TableLayout = Pick<Layout, 'wide' | 'width' | 'styles' | 'headers' | 'now'>;

/** Titles of columns with free text. */
const WRAPPING = new Set(['VALUE', 'REASON', 'MESSAGE']);

/** Writes settings, conditions, CronJobs and last runs as tables. */
export function* scheduleLines(report: ScheduleDocument, layout: TableLayout): Generator<string> {
  const { now } = layout;
  for (const line of wrappedWords(clean(sentence(report, now)), layout.wide ? Infinity : layout.width))
    yield `${line}\n`;
  yield '\n';
  const sections = [
    settings(report, layout),
    section(
      'CONDITIONS',
      ['TYPE', 'STATUS', 'REASON', 'MESSAGE'],
      report.conditions.map(({ type, status, reason = '', message = '' }) => [type, status, reason, message]),
      layout,
    ),
    section(
      'CRONJOBS',
      ['NAME', 'SCHEDULE', 'SUSPENDED', 'ACTIVE', 'LAST RUN', 'LAST SUCCESS'],
      report.cronJobs.map((cronJob) => cronJobRow(cronJob, now)),
      layout,
    ),
    section(
      'LAST RUNS',
      ['JOB', 'CRONJOB', 'STATUS', 'AGE', 'DURATION', 'MESSAGE'],
      report.runs.map((run) => runRow(run, now)),
      layout,
    ),
  ];
  for (const [index, lines] of sections.entries()) {
    if (index > 0) yield '\n';
    yield* lines;
  }
}

function sentence({ name, effective, runs: [last] }: ScheduleDocument, now: number): string {
  const { schedule, suspend } = effective;
  const when = `schedule ${String(schedule)}${suspend === true ? ' (suspended)' : ''}`;
  // Without a run, nothing is claimed: the user may not be allowed to list them.
  return `ImagePruner ${name}: ${when}${last ? `, last run ${lastText(last, now)}` : ''}.`;
}

function lastText({ status, startedAt, finishedAt }: Run, now: number): string {
  const time = status === 'running' ? startedAt : finishedAt;
  if (time === undefined) return status;
  return status === 'running' ? `running for ${between(time, now)}` : `${status} ${between(time, now)} ago`;
}

function* settings({ name, spec, effective, changed }: ScheduleDocument, layout: TableLayout): Generator<string> {
  const rows = Object.entries(effective).flatMap(([key, value]) => {
    const origin = changed?.includes(key) ? 'changed' : spec[key] === undefined || spec[key] === '' ? 'default' : '';
    return leaves(key, value).map(([path, leaf]) => [path, leaf, origin]);
  });
  yield* section(`IMAGEPRUNER ${name}`, ['SETTING', 'VALUE', 'FROM'], rows, layout);
  if (rows.some(([, , origin]) => origin === ''))
    yield `${layout.styles.muted('(FROM is blank for what the ImagePruner states)')}\n`;
}

/** Returns a row for each value in an object, with its name as `--set` takes it: `resources.limits.cpu`. */
function leaves(path: string, value: unknown): [path: string, text: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, typeof value === 'object' ? JSON.stringify(value) : String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(`${path}.${key}`, inner));
}

function* section(heading: string, titles: string[], rows: string[][], layout: TableLayout): Generator<string> {
  yield `${layout.styles.heading(heading)}\n`;
  if (rows.length === 0) yield '(none)\n';
  else
    yield* tableLines(
      titles.map((title) => ({ title, wraps: WRAPPING.has(title) })),
      rows,
      layout,
    );
}

function cronJobRow(cronJob: CronJobStatus, now: number): string[] {
  const { name, schedule, suspend, active, lastScheduleTime, lastSuccessfulTime } = cronJob;
  const [run, success] = [lastScheduleTime, lastSuccessfulTime].map((time) => between(time, now));
  return [name, schedule, String(suspend), String(active), run!, success!];
}

function runRow(run: Run, now: number): string[] {
  const { name, cronJob, status, startedAt, finishedAt } = run;
  const end = status === 'running' ? now : Date.parse(finishedAt ?? '');
  return [name, cronJob, status, between(startedAt, now), between(startedAt, end), failureText(run) ?? ''];
}

/** Formats the time from a timestamp to a moment (ms since the epoch). */
function between(start: string | undefined, end: number): string {
  return start === undefined || Number.isNaN(end) ? '-' : age(Date.parse(start), end);
}
