import type { CheckStatus } from '../../model/check.js';
import type { Layout } from '../../terminal/output.js';
import { oneLine, plural } from '../../terminal/text.js';
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

/** Renders one line per check with its remedy below, and a summary at the end. */
export function doctorText(
  { version, node, checks, summary }: DoctorDocument,
  { styles, width }: Pick<Layout, 'styles' | 'width'>,
): string {
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
  const lines = checks.flatMap(({ name, status, message, suggestions = [] }) => {
    const [first, ...rest] = wrapped(oneLine(message), width - indent);
    const remedies = suggestions.flatMap((text) =>
      wrapped(oneLine(text), width - indent - 2).map((line, at) => (at === 0 ? `* ${line}` : `  ${line}`)),
    );
    const head = `${paint[status](MARKS[status].padEnd(WIDTH))}  ${name.padEnd(names)}  ${first}`;
    return [head, ...[...rest, ...remedies].map((line) => ' '.repeat(indent) + line)];
  });
  return `${[`regadm ${version}, Node.js ${node}`, '', ...lines, '', verdict(summary)].join('\n')}\n`;
}

function verdict({ failed, warnings, unknown }: DoctorDocument['summary']): string {
  const rest = [
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(unknown > 0 ? [`${plural(unknown, 'check')} not possible`] : []),
  ].join(', ');
  const first = failed > 0 ? `${plural(failed, 'problem')} would make a prune fail` : 'No problems found';
  return rest ? `${first} (${rest}).` : `${first}.`;
}

/** Wraps a text into lines of at most `width`; does not break words. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`;
    if (longer.length > width && lines.at(-1) !== '') lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
