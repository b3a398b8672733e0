import { Chalk } from 'chalk';
import { withMarks } from './escape.js';

type Paint = (text: string) => string;

/** Colors by the meaning of a piece of text. */
export interface Styles {
  heading: Paint;
  muted: Paint;
  good: Paint;
  warn: Paint;
  bad: Paint;
}

/**
 * Returns styles for a stream with or without colors. They set marks, which the writer of the stream replaces with
 * colors.
 */
export function styles(color: boolean): Styles {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return {
    heading: marked(chalk.bold),
    muted: marked(chalk.dim),
    good: marked(chalk.green),
    warn: marked(chalk.yellow),
    bad: marked(chalk.red),
  };
}

function marked(style: Paint): Paint {
  const [before = '', after = ''] = style('|').split('|').map(withMarks);
  return (text) => `${before}${text}${after}`;
}

/**
 * Decides whether to color a stream: `--no-color` (which sets NO_COLOR) and NO_COLOR win, then FORCE_COLOR, then
 * whether it is a terminal.
 * @see https://no-color.org
 */
export function wantsColor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Returns the columns to fit text into: COLUMNS, or the terminal's; Infinity if the stream is not a terminal. */
export function terminalWidth(
  stream: { isTTY?: boolean; columns?: number },
  env: NodeJS.ProcessEnv = process.env,
): number {
  const requested = Number(env.COLUMNS);
  if (Number.isInteger(requested) && requested > 0) return requested;
  if (!stream.isTTY) return Infinity;
  return stream.columns && stream.columns > 0 ? stream.columns : 80;
}
