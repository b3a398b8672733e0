import type { CronJobStatus, Run, ScheduleDocument } from '../report.js';
import { table } from '../../terminal/table.js';

/** Formats settings, conditions, CronJobs and last runs as tables. */
export function scheduleText(report: ScheduleDocument): string {
  return [
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
  ].join('\n');
}

function settings({ name, spec, effective, changed }: ScheduleDocument): string {
  const rows = Object.entries(effective).map(([key, value]) => [
    key,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
    changed?.includes(key) ? 'changed' : spec[key] === undefined || spec[key] === '' ? 'default' : '',
  ]);
  return section(`IMAGEPRUNER ${name}`, ['SETTING', 'VALUE', ''], rows);
}

function section(heading: string, titles: string[], rows: string[][]): string {
  const columns = titles.map((title) => ({ title }));
  return `${heading}\n${rows.length > 0 ? table(columns, rows) : '(none)\n'}`;
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
