import { readFile } from 'node:fs/promises';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { didYouMean, suggest } from '../model/suggest.js';
import { messageOf, usageError } from '../model/errors.js';
import { settings, whyNever, type Catalog, type FlagSpec } from './catalog.js';
import { valueProblem } from './check-value.js';
import { quoted } from './secret.js';

/** A value in the file, and where. */
export interface FileValue {
  values: string[];
  path: string;
  line: number;
}

export interface ConfigFile {
  path: string;
  /** For every command that takes the flag. */
  all: Map<string, FileValue>;
  /** For one command, by its name with colons. */
  commands: Map<string, Map<string, FileValue>>;
}

/** Reads and checks the whole file, whatever command runs. @throws RegadmError (USAGE) with file, line and field */
export async function readConfigFile(path: string, catalog: Catalog): Promise<ConfigFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw usageError(`cannot read the configuration ${path}: ${messageOf(cause)}`, ['REGADM_CONFIG names another file; an empty REGADM_CONFIG means none']);
  });
  return parseConfig(path, text, catalog);
}

/** @throws RegadmError (USAGE) with file, line and field */
export function parseConfig(path: string, text: string, catalog: Catalog): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const lineOf = (node: unknown): number => lines.linePos((node as { range?: [number] | null })?.range?.[0] ?? 0).line;
  const fail = (line: number, message: string, suggestions: string[] = []): never => {
    throw usageError(`${path}:${line}: ${message}`, suggestions);
  };
  const [error] = document.errors;
  if (error) fail(error.linePos?.[0].line ?? 1, error.message.split('\n')[0]!.replace(/ at line \d+.*$/, ''));
  const file: ConfigFile = { path, all: new Map(), commands: new Map() };
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return file;
  if (!isMap(root)) return fail(lineOf(root), 'it must hold settings: keep-tag-revisions: 5');

  const known = settings(catalog);
  const readSection = (map: YAMLMap, field: string, command?: string): Map<string, FileValue> => {
    const found = new Map<string, FileValue>();
    for (const { key, value } of map.items) {
      const name = String((key as { value?: unknown }).value ?? key);
      const line = lineOf(key);
      if (name === 'commands' && command === undefined) continue;
      const never = name === 'token' ? 'a token does not belong in this file; use the kubeconfig, or REGADM_TOKEN' : whyNever(name);
      if (never) fail(line, `${field}${name}: it cannot be set here: ${never}`);
      const specs: FlagSpec[] | undefined = command === undefined ? known.get(name)?.specs : specOf(catalog, known, command, name);
      if (!specs) return fail(line, `${field}${name}: there is no such setting`, [...didYouMean(suggest(name, known.keys())), 'regadm config shows them all']);
      const values = valuesOf(value, specs);
      if (!values) return fail(line, `${field}${name}: it takes ${specs.some(({ multiple }) => multiple) ? 'a value, or a list of values' : 'one value'}`);
      for (const each of values) {
        const problem = valueProblem(name, specs, each);
        if (problem) fail(line, `${field}${name}: ${quoted(name, each)}: ${problem}`);
      }
      found.set(name, { values, path, line });
    }
    return found;
  };

  file.all = readSection(root, '');
  const commands = root.get('commands', true);
  if (commands === undefined || (isScalar(commands) && commands.value === null)) return file;
  if (!isMap(commands)) return fail(lineOf(commands), 'commands: it must hold the names of commands');
  for (const { key, value } of commands.items) {
    const name = String((key as { value?: unknown }).value ?? key);
    const id = name.replaceAll(' ', ':');
    const spaced = Object.keys(catalog).map((each) => each.replaceAll(':', ' '));
    if (!catalog[id]) fail(lineOf(key), `commands.${name}: there is no such command`, didYouMean(suggest(name, spaced)));
    if (!isMap(value)) return fail(lineOf(key), `commands.${name}: it must hold settings`);
    file.commands.set(id, readSection(value, `commands.${name}.`, id));
  }
  return file;
}

function specOf(catalog: Catalog, known: ReturnType<typeof settings>, command: string, flag: string): FlagSpec[] | undefined {
  return known.get(flag)?.commands.includes(command) ? [catalog[command]![flag]!] : undefined;
}

function valuesOf(node: unknown, specs: readonly FlagSpec[]): string[] | undefined {
  if (isScalar(node) && node.value !== null && typeof node.value !== 'object') return [scalarText(node)];
  if (!isSeq(node) || !specs.some(({ multiple }) => multiple)) return undefined;
  const values = node.items.map((item) => (isScalar(item) && item.value !== null ? scalarText(item) : undefined));
  return values.length > 0 && values.every((value) => value !== undefined) ? values : undefined;
}

/** As it is written, so that `1e3`, `010` and `yes` stay what they are. */
function scalarText(node: { value: unknown; source?: string }): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}
