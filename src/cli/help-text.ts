import { existsSync } from 'node:fs';
import path from 'node:path';

/** Meanings of exit statuses in all commands. */
const STATUSES: Record<number, string> = { 0: 'success, or nothing to do', 1: 'an error' };

/**
 * Returns the rows about exit statuses of a help.
 * @param own what they mean for the command
 * @param canBeInterrupted true if the command ends by itself after a signal
 */
export function exitStatusRows(own: Record<number, string> = {}, canBeInterrupted = false): [string, string][] {
  const rows = Object.entries({ ...STATUSES, ...own }).map(([status, text]): [string, string] => [status, text]);
  return canBeInterrupted ? [...rows, ['130', 'interrupted by Ctrl-C (143: by SIGTERM)']] : rows;
}

/**
 * Returns where to read a page of the documentation: in the web if the package states its home page, otherwise where it
 * is installed. The single executable is installed without pages.
 * @param page relative to docs/, with an anchor
 */
export function placeOfPage(page: string, { root, homepage }: { root: string; homepage?: string }): string {
  if (homepage) return `${homepage.replace(/#.*$/, '').replace(/\/$/, '')}/blob/main/docs/${page}`;
  const [file = ''] = page.split('#');
  const installed = path.join(root, 'docs', file);
  return existsSync(installed) ? installed : `docs/${file} in the repository of regadm`;
}

/**
 * Breaks a command between its words so that every line fits and the whole can be pasted.
 * @param width maximum length of a line
 */
export function wrapCommand(command: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of shellWords(command)) {
    const longer = line === '' ? word : `${line} ${word}`;
    // Space for the backslash.
    if (line === '' || longer.length + 2 <= width) line = longer;
    else {
      lines.push(`${line} \\`);
      line = `  ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

/** Splits a command at spaces outside of quotes and parentheses, and keeps a flag and its value together. */
function shellWords(command: string): string[] {
  const words = command.match(/(?:'[^']*'|"[^"]*"|\([^)]*\)|[^\s'"(]|[('"])+/g) ?? [];
  return words.reduce<string[]>((joined, word) => {
    const flag = joined.at(-1);
    const isValue = flag !== undefined && /^--?[a-z-]+$/.test(flag) && !word.startsWith('-');
    return isValue ? [...joined.slice(0, -1), `${flag} ${word}`] : [...joined, word];
  }, []);
}
