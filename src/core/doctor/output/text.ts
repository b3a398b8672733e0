import type { CheckStatus } from '../../model/check.js';
import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout } from '../../terminal/output.js';
import { clean, plural } from '../../terminal/text.js';
import { wrappedWords } from '../../terminal/wrap.js';
import type { DoctorDocument } from '../report.js';

const MARKS: Record<CheckStatus, string> = {
  ok: 'ok',
  info: 'info',
  warning: 'WARNING',
  failed: 'FAILED',
  unknown: '?',
  skipped: '-',
};
const WIDTH = Math.max(...Object.values(MARKS).map((mark) => mark.length));

/** Writes one line per check with its remedy below, and a summary at the end. */
export function* doctorLines(
  { version, node, checks, summary }: DoctorDocument,
  { styles, width, order }: Pick<Layout, 'styles' | 'width' | 'order'>,
): Generator<string> {
  const paint: Record<CheckStatus, (text: string) => string> = {
    ok: styles.good,
    info: (text) => text,
    warning: styles.warn,
    failed: styles.bad,
    unknown: styles.muted,
    skipped: styles.muted,
  };
  const names = Math.max(...checks.map(({ name }) => name.length));
  const indent = WIDTH + names + 4;
  yield `regadm ${version}, Node.js ${node}\n`;
  yield `${sentence(checks)}\n\n`;
  for (const { name, status, message, suggestions = [] } of inRowOrder(checks, order)) {
    const [first, ...rest] = wrappedWords(clean(message), width - indent);
    const remedies = suggestions.flatMap((text) =>
      wrappedWords(clean(text), width - indent - 2).map((line, at) => (at === 0 ? `* ${line}` : `  ${line}`)),
    );
    yield `${paint[status](MARKS[status].padEnd(WIDTH))}  ${name.padEnd(names)}  ${first}\n`;
    for (const line of [...rest, ...remedies]) yield `${' '.repeat(indent)}${line}\n`;
  }
  yield '\n';
  yield `${verdict(summary)}\n`;
}

function sentence(checks: DoctorDocument['checks']): string {
  const count = (...wanted: CheckStatus[]): number => checks.filter(({ status }) => wanted.includes(status)).length;
  const [warnings, failed, unknown, skipped] = [count('warning'), count('failed'), count('unknown'), count('skipped')];
  const rest = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(unknown > 0 ? [`${unknown} not possible`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return `${plural(checks.length, 'check')}: ${[`${count('ok', 'info')} passed`, ...rest].join(', ')}`;
}

function verdict({ failed, warnings, unknown }: DoctorDocument['summary']): string {
  const rest = [
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(unknown > 0 ? [`${plural(unknown, 'check')} not possible`] : []),
  ].join(', ');
  const first = failed > 0 ? `${plural(failed, 'problem')} would make a prune fail` : 'No problems found';
  return rest ? `${first} (${rest}).` : `${first}.`;
}
