import { readFileSync } from 'node:fs';

/** A command in the documentation, and the result that the page shows. */
export interface Example {
  page: string;
  line: number;
  /** A command, or a whole script. */
  script: string;
  /** Expected exit status: N from a comment `# exit status N` in the example. Default: 0. */
  status: number;
  /** Lines that its output must contain; `…` matches anything. */
  output: string[];
  /** True for a command in a sentence or a table. */
  isInline?: boolean;
}

/**
 * Finds the examples of a page. A code block marked `sh` is one script. In a block marked `console`, each line after `$
 * ` is a command, and the lines below it are its output. In a block without a language, lines that begin with `regadm`
 * are commands. Other blocks (`yaml`, `json`, `text`) contain no examples.
 */
export function examplesOf(page: string, text = readFileSync(page, 'utf8')): Example[] {
  const lines = text.split('\n');
  const examples: Example[] = [];
  for (let at = 0; at < lines.length; at++) {
    const open = /^ *```(\w*)$/.exec(lines[at]!);
    if (!open) continue;
    const start = at + 1;
    while (++at < lines.length && !/^ *```$/.test(lines[at]!));
    const block = lines.slice(start, at);
    const read = { sh: script, console: session, '': bare }[open[1]!];
    if (read) examples.push(...read(block).map((example) => ({ page, ...example, line: start + 1 + example.line })));
  }
  return examples;
}

/**
 * Finds the commands in the sentences and tables of a page, without duplicates: those with flags or arguments as
 * examples, and the names of commands. Commands with placeholders (`DIR`, `…`) are omitted.
 */
export function inlineExamplesOf(page: string, text: string): { named: string[]; commands: Example[] } {
  const prose = text.replaceAll(/^ *```[^]*?^ *```$/gm, '');
  const found = [...prose.matchAll(/`(?:npx )?(regadm\s[^`]+)`/g)].map(([, script]) => script!.replaceAll(/\s+/g, ' '));
  const whole = [...new Set(found)].filter((script) => !/[A-Z]{3}|…|[[\]|]/.test(script));
  // What follows on the page needs a registry that accepts pushes.
  whole.sort((a, b) => Number(/ on$/.test(a)) - Number(/ on$/.test(b)));
  const isName = (script: string): boolean => /^[a-z]+( [a-z]+){1,2}$/.test(script);
  return {
    named: whole.filter((script) => isName(script) && !/ (?:on|off)$/.test(script)).map((script) => script.slice(7)),
    commands: whole
      .filter((script) => !isName(script) || / (?:on|off)$/.test(script))
      .map((script) => ({ page, line: 0, script, status: 0, output: [], isInline: true })),
  };
}

type Found = Omit<Example, 'page'>;

function script(block: string[]): Found[] {
  const text = block.join('\n');
  return [{ line: 0, script: text, status: statusOf(text), output: [] }];
}

function session(block: string[]): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < block.length; at++) {
    const command = /^ *\$ (.*)$/.exec(block[at]!)?.[1];
    if (command === undefined) {
      if (block[at]!.trim() !== '') found.at(-1)?.output.push(block[at]!.trim());
      continue;
    }
    const line = at;
    let whole = command;
    while (whole.endsWith('\\')) whole = `${whole.slice(0, -1)}${block[++at]!.trim()}`;
    found.push({ line, script: whole, status: statusOf(whole), output: [] });
  }
  return found;
}

function bare(block: string[]): Found[] {
  const marked = block.map((line) => (/^ *(?:\$ )?regadm /.test(line) ? line.replace(/^( *)(?:\$ )?/, '$1$ ') : line));
  // The lines between the commands are not always their whole output, so they are not compared.
  return session(marked)
    .filter(({ script }) => script.startsWith('regadm '))
    .map((example) => ({ ...example, output: [] }));
}

function statusOf(text: string): number {
  return Number(/# exit status (\d+)/.exec(text)?.[1] ?? 0);
}

/** Returns whether an output contains a documented line. */
export function hasLine(output: string, documented: string): boolean {
  const pattern = documented
    .split('…')
    .map((part) => part.trim().split(/\s+/).map(escape).join('\\s+'))
    .join('.*');
  return new RegExp(pattern).test(output);
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
