import { cpus, loadavg, totalmem } from 'node:os';

export const fixed = (value, digits = 2) => value.toFixed(digits);

/** Describes the machine, and how busy it is. */
export function machine() {
  const [{ model }] = cpus();
  return `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}; load ${fixed(loadavg()[0], 1)} when the run began`;
}

/** Prints a Markdown table. */
export function table(header, rows) {
  printHeader(header);
  for (const cells of rows) printRow(cells);
}

/** Prints the header of a table whose rows follow one by one. */
export function printHeader(header) {
  console.log('');
  printRow(header);
  printRow(header.map(() => '---'));
}

export function printRow(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
