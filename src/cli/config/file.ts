import { readFile } from 'node:fs/promises';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { didYouMean, suggest } from '../../core/kit/suggest.js';
import { assertShallow } from '../../core/kit/yaml-depth.js';
import { messageOf, usageError } from '../../core/model/errors.js';
import { settings, whyNever, type Catalog, type FlagSpec } from './catalog.js';
import { valueProblem } from './check-value.js';
import { quoted } from './secret.js';

/** A value in the file, and its place. */
interface FileValue {
  values: string[];
  path: string;
  line: number;
}

type Section = Map<string, FileValue>;

export interface ConfigFile {
  path: string;
  /** Settings of every command that has the flag. */
  all: Section;
  /** Settings of one command, by its name with colons. */
  commands: Map<string, Section>;
}

/**
 * Reads and checks the whole file, also the settings of other commands.
 * @throws RegadmError (USAGE) with file, line and field
 */
export async function readConfigFile(path: string, catalog: Catalog): Promise<ConfigFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw usageError(`cannot read the configuration file ${path}: ${messageOf(cause)}`, [
      'set REGADM_CONFIG to another file, or to the empty string to use none',
    ]);
  });
  return parseConfig(path, text, catalog);
}

/** Checks the content of a file. @throws RegadmError (USAGE) with file, line and field */
export function parseConfig(path: string, text: string, catalog: Catalog): ConfigFile {
  return new Reader(path, catalog).read(text);
}

/** What settings apply to. */
interface Scope {
  /** Prefix of the names of the settings in messages: `commands.prune images.`. */
  field: string;
  /** The command, with colons; absent: every command that has the flag. */
  command?: string;
}

class Reader {
  private readonly lines = new LineCounter();
  private readonly known: ReturnType<typeof settings>;

  constructor(
    private readonly path: string,
    private readonly catalog: Catalog,
  ) {
    this.known = settings(catalog);
  }

  read(text: string): ConfigFile {
    try {
      assertShallow(text);
    } catch (error) {
      this.fail(1, messageOf(error));
    }
    const document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true });
    const [error] = document.errors;
    if (error) this.fail(error.linePos?.[0].line ?? 1, error.message.split('\n')[0]!.replace(/ at line \d+.*$/, ''));
    const root = document.contents;
    if (isEmpty(root)) return { path: this.path, all: new Map(), commands: new Map() };
    if (!isMap(root))
      return this.fail(this.lineOf(root), 'must be a mapping of settings, such as keep-tag-revisions: 5');
    return {
      path: this.path,
      all: this.section(root, { field: '' }),
      commands: this.commandSections(root.get('commands', true)),
    };
  }

  private commandSections(node: unknown): Map<string, Section> {
    if (node === undefined || isEmpty(node)) return new Map();
    if (!isMap(node)) return this.fail(this.lineOf(node), 'commands: must be a mapping of command names');
    return new Map(node.items.map(({ key, value }) => this.commandSection(nameOf(key), value, this.lineOf(key))));
  }

  private commandSection(name: string, value: unknown, line: number): [string, Section] {
    const id = name.replaceAll(' ', ':');
    const names = Object.keys(this.catalog).map((each) => each.replaceAll(':', ' '));
    if (!Object.hasOwn(this.catalog, id))
      this.fail(line, `commands.${name}: unknown command`, didYouMean(suggest(name, names)));
    if (!isMap(value)) return this.fail(line, `commands.${name}: must be a mapping of settings`);
    return [id, this.section(value, { field: `commands.${name}.`, command: id })];
  }

  private section(map: YAMLMap, scope: Scope): Section {
    const items = map.items.filter(({ key }) => scope.command !== undefined || nameOf(key) !== 'commands');
    return new Map(
      items.map(({ key, value }) => [nameOf(key), this.setting(nameOf(key), value, this.lineOf(key), scope)]),
    );
  }

  private setting(name: string, node: unknown, line: number, { field, command }: Scope): FileValue {
    const fail = (message: string, suggestions?: string[]): never =>
      this.fail(line, `${field}${name}: ${message}`, suggestions);
    const never =
      name === 'token' ? 'a token does not belong in this file; use the kubeconfig or REGADM_TOKEN' : whyNever(name);
    if (never) fail(`cannot be set here: ${never}`);
    const specs = this.specsOf(name, command);
    if (!specs)
      return fail('unknown setting', [
        ...didYouMean(suggest(name, this.known.keys())),
        "run 'regadm config' to list all settings",
      ]);
    const several = specs.some(({ multiple }) => multiple);
    const values = valuesOf(node, several);
    if (!values) return fail(`must be ${several ? 'a value or a list of values' : 'one value'}`);
    for (const value of values) {
      const problem = valueProblem(name, specs, value);
      if (problem) fail(`${quoted(name, value)}: ${problem}`);
    }
    return { values, path: this.path, line };
  }

  private specsOf(flag: string, command?: string): FlagSpec[] | undefined {
    const setting = this.known.get(flag);
    if (command === undefined) return setting?.specs;
    return setting?.commands.includes(command) ? [this.catalog[command]![flag]!] : undefined;
  }

  private lineOf(node: unknown): number {
    return this.lines.linePos((node as { range?: [number] | null })?.range?.[0] ?? 0).line;
  }

  private fail(line: number, message: string, suggestions: string[] = []): never {
    throw usageError(`${this.path}:${line}: ${message}`, suggestions);
  }
}

function nameOf(key: unknown): string {
  return String((key as { value?: unknown }).value ?? key);
}

function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function valuesOf(node: unknown, several: boolean): string[] | undefined {
  const nodes = isSeq(node) && several ? node.items : [node];
  const values = nodes.map((each) => (isScalar(each) && each.value !== null ? scalarText(each) : undefined));
  return values.length > 0 && values.every((value) => value !== undefined) ? values : undefined;
}

/** Returns a scalar as written in the file, so that `1e3`, `010` and `yes` are not converted. */
function scalarText(node: { value: unknown; source?: string }): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}
