import type { Check, DoctorReport } from '../doctor/diagnose.js';
import type { Styles } from './color.js';
import { oneLine, plural } from './text.js';

const MARKS: Record<Check['status'], string> = {
  ok: 'ok',
  info: 'info',
  warning: 'WARNING',
  failed: 'FAILED',
  unknown: '?',
};
const WIDTH = Math.max(...Object.values(MARKS).map((mark) => mark.length));

/** One line a check with what to do about it below, and what it comes to at the end. */
export function doctorText({ version, node, checks, summary }: DoctorReport, styles: Styles): string {
  const paint: Record<Check['status'], (text: string) => string> = {
    ok: styles.good,
    info: (text) => text,
    warning: styles.warn,
    failed: styles.bad,
    unknown: styles.muted,
  };
  const names = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, status, message, suggestions = [] }) => [
    `${paint[status](MARKS[status].padEnd(WIDTH))}  ${name.padEnd(names)}  ${oneLine(message)}`,
    ...suggestions.map((text) => `${' '.repeat(WIDTH + names + 4)}* ${oneLine(text)}`),
  ]);
  return [`regadm ${version}, Node.js ${node}`, '', ...lines, '', verdict(summary)].join('\n');
}

function verdict({ failed, warnings, unknown }: DoctorReport['summary']): string {
  const rest = [warnings > 0 ? plural(warnings, 'warning') : '', unknown > 0 ? `${unknown} not known` : '']
    .filter(Boolean)
    .join(', ');
  const first =
    failed > 0
      ? `${plural(failed, 'problem')} would keep a prune from working`
      : 'nothing stands in the way of a prune';
  return rest ? `${first} (${rest})` : first;
}
