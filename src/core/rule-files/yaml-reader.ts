import { createReadStream } from 'node:fs';
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { assertShallow } from '../kit/yaml-depth.js';
import type { ErrorCode } from '../model/error-codes.js';
import { RegadmError, messageOf } from '../model/errors.js';
import { Field } from './field.js';

/** Maximum number of problems that an error lists. */
const MAX_LISTED = 50;

/** A kind of file that users write. */
export interface RuleFileKind {
  /** Its `kind`; the `apiVersion` of all of them is `regadm/v1`. */
  readonly kind: string;
  readonly code: ErrorCode;
  /** What names the file on the command line: `--policy`. */
  readonly flag: string;
  /** The page that describes its form: `docs/policies.md`. */
  readonly page: string;
  readonly maxBytes: number;
}

/** A mistake in a file. */
export interface FileProblem {
  /** 1 is the first. */
  readonly line: number;
  /** `rules[0].match.tags[1]`; empty for the whole file. */
  readonly field: string;
  /** What is wrong, and what is allowed. */
  readonly message: string;
}

/**
 * Reads the text of a file that a user wrote; it can be a pipe.
 * @throws RegadmError with the code of the kind: it cannot be read, is too large or is not UTF-8
 */
export async function readRuleFile(file: string, kind: RuleFileKind): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(file, { end: kind.maxBytes }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
    }
  } catch (cause) {
    throw new RegadmError(`cannot read ${kind.flag} ${file}: ${messageOf(cause)}`, { code: kind.code, cause });
  }
  if (size > kind.maxBytes) throw problemsError(file, kind, [wholeFile(`is larger than ${kind.maxBytes} bytes`)]);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw problemsError(file, kind, [wholeFile('is not UTF-8 text; save it with this encoding')]);
  }
}

/** A YAML (or JSON) text whose mistakes are collected, each with its line and field. */
export class RuleFile {
  private readonly found: FileProblem[] = [];
  private readonly lines = new LineCounter();
  /** The content; undefined if the text is not one YAML document. */
  readonly root: Field | undefined;

  constructor(text: string) {
    this.root = this.parse(text);
  }

  /** The mistakes that were reported so far, in the order of their lines. */
  get problems(): FileProblem[] {
    return [...this.found].sort((a, b) => a.line - b.line);
  }

  /** Adds a mistake. @param offset its position in the text */
  report(offset: number, field: string, message: string): void {
    this.found.push({ line: this.lineOf(offset), field, message });
  }

  /** Returns the line of a position; 1 is the first. */
  lineOf(offset: number): number {
    return Math.max(1, this.lines.linePos(offset).line);
  }

  private parse(text: string): Field | undefined {
    try {
      assertShallow(text);
    } catch (error) {
      this.report(0, '', messageOf(error));
      return undefined;
    }
    // Keys that occur twice are found where mappings are read: the package compares each key with all others.
    const options = { lineCounter: this.lines, prettyErrors: false, uniqueKeys: false };
    const documents = parseAllDocuments(text, options);
    const [first, second] = Array.isArray(documents) ? (documents as Document.Parsed[]) : [];
    if (!first) this.report(0, '', 'the file is empty');
    const problem = first && (first.errors[0] ?? first.warnings[0]);
    if (problem) this.report(problem.pos[0], '', explain(problem.message));
    else if (second) this.report(second.range[0], '', 'there are several YAML documents; one is allowed');
    return first && this.found.length === 0 ? new Field(this, first.contents, { path: '', offset: 0 }) : undefined;
  }
}

/**
 * Reads the fields of a file that starts with `apiVersion: regadm/v1` and its `kind`.
 * @returns undefined if it is not a mapping
 */
export function readFields<Name extends string>(
  { root }: RuleFile,
  kind: string,
  names: readonly Name[],
): Partial<Record<Name, Field>> | undefined {
  const fields = root?.mapping(['apiVersion', 'kind', ...names] as const);
  if (!root || !fields) return undefined;
  const { apiVersion, kind: written } = fields as Partial<Record<string, Field>>;
  if (!apiVersion) root.missing('apiVersion', 'it must be regadm/v1');
  else apiVersion.oneOf(['regadm/v1']);
  if (!written) root.missing('kind', `it must be ${kind}`);
  else written.oneOf([kind]);
  return fields;
}

/** Creates the error that lists all mistakes of a file: `FILE:LINE: FIELD: what is wrong, what is allowed`. */
export function problemsError(file: string, kind: RuleFileKind, problems: readonly FileProblem[]): RegadmError {
  const lines = problems.slice(0, MAX_LISTED).map(({ line, field, message }) => {
    const where = line > 0 ? `${file}:${line}` : file;
    return `${where}: ${field ? `${field}: ` : ''}${message}`;
  });
  if (problems.length > MAX_LISTED) lines.push(`${file}: ${problems.length - MAX_LISTED} more problems`);
  const suggestions = [`see ${kind.page} for the form of the file`];
  return new RegadmError(lines.join('\n'), { code: kind.code, lines, suggestions });
}

function wholeFile(message: string): FileProblem {
  return { line: 0, field: '', message: `the file ${message}` };
}

/** Adds what to do to the messages of the YAML package that patterns cause. */
function explain(message: string): string {
  const [first = ''] = message.split('\n');
  // The package nests its calls as the text nests its values.
  if (first.startsWith('Maximum call stack')) return 'it is nested too deeply';
  if (first.startsWith('Alias')) return 'a text that starts with * must be in quotes';
  return first.startsWith('Plain value') ? `${first}; put the text in quotes` : first;
}
