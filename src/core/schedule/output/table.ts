import type { CronJobStatus, Run, ScheduleDocument } from '../report.js';
import { tableLines } from '../../terminal/table.js';

/** Writes settings, conditions, CronJobs and last runs as tables. */
export function* scheduleLines(report: ScheduleDocument): Generator<string> {
  const sections = [
    settings(report),
    section(
      'CONDITIONS',
      ['TYPE', 'STATUS', 'REASON', 'MESSAGE'],
      report.conditions.map(({ type, status, reason = '', message = '' }) => [type, status, reason, message]),
    ),
    section(
      'CRONJOBS',
      ['NAME', 'SCHEDULE', 'SUSPENDED', 'ACTIVE', 'LAST SCHEDULED', 'LAST SUCCESS'],
      report.cronJobs.map(cronJobRow),
    ),
    section('LAST RUNS', ['JOB', 'CRONJOB', 'STATUS', 'STARTED', 'FINISHED', 'MESSAGE'], report.runs.map(runRow)),
  ];
  for (const [index, lines] of sections.entries()) {
    if (index > 0) yield '\n';
    yield* lines;
  }
}

function settings({ name, spec, effective, changed }: ScheduleDocument): Iterable<string> {
  const rows = Object.entries(effective).map(([key, value]) => [
    key,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
    changed?.includes(key) ? 'changed' : spec[key] === undefined || spec[key] === '' ? 'default' : '',
  ]);
  return section(`IMAGEPRUNER ${name}`, ['SETTING', 'VALUE', ''], rows);
}

function* section(heading: string, titles: string[], rows: string[][]): Generator<string> {
  yield `${heading}\n`;
  if (rows.length === 0) yield '(none)\n';
  else
    yield* tableLines(
      titles.map((title) => ({ title })),
      rows,
    );
}

function cronJobRow({
  name,
  schedule,
  suspend,
  active,
  lastScheduleTime = '-',
  lastSuccessfulTime = '-',
}: CronJobStatus): string[] {
  return [name, schedule, String(suspend), String(active), lastScheduleTime, lastSuccessfulTime];
}

function runRow({ name, cronJob, status, startedAt = '-', finishedAt = '-', message = '' }: Run): string[] {
  return [name, cronJob, status, startedAt, finishedAt, message];
}
