import { readFile } from 'node:fs/promises';
import { messageOf, usageError } from '../../core/model/errors.js';
import type { CustomColumn } from '../../core/terminal/select/custom-columns.js';
import type { Part } from '../../core/terminal/select/template.js';
import { isPath } from './option-values.js';

/** What the flags of `outputFlags` say. */
export interface OutputChoice {
  /** A format, or one with its template: `jsonpath={.kind}`. */
  output: string;
  'no-headers'?: boolean;
  /** A title of the main table, or a JSONPath. */
  'sort-by'?: string;
}

/** A template that was read. */
export type Template = { parts: Part[] } | { columns: CustomColumn[] };

/** Maximum size of the file of a template, in bytes. */
const MAX_FILE = 1_000_000;

/**
 * Checks templates and paths before a command starts, and reads their files.
 * @returns the choice with the content of the files
 * @throws RegadmError (USAGE)
 */
export async function checkedChoice<T extends OutputChoice>(choice: T): Promise<T> {
  const { 'sort-by': sortBy } = choice;
  const output = await withFile(choice.output);
  if (output.includes('=')) await inFlag('output', output, () => templateOf(output));
  if (sortBy !== undefined && isPath(sortBy)) {
    const { parsePath } = await import('../../core/terminal/select/parse-template.js');
    await inFlag('sort-by', sortBy, () => parsePath(sortBy));
  }
  return { ...choice, output };
}

/** Returns the template of a format that has one; undefined for the others. @throws TemplateError */
export async function templateOf(output: string): Promise<Template | undefined> {
  const [, name, text] = /^(jsonpath|custom-columns)=(.*)$/s.exec(output) ?? [];
  if (name === undefined || text === undefined) return undefined;
  const { parseColumns } = await import('../../core/terminal/select/custom-columns.js');
  if (name === 'custom-columns') return { columns: parseColumns(text) };
  const { parseTemplate } = await import('../../core/terminal/select/parse-template.js');
  return { parts: parseTemplate(text) };
}

/** Replaces the file of `jsonpath-file=…` and `custom-columns-file=…` by its content. */
async function withFile(output: string): Promise<string> {
  const [, name, isFile, equals, value] = /^(jsonpath|custom-columns)(-file)?(?:(=)(.*))?$/s.exec(output) ?? [];
  if (name === undefined) return output;
  if (!equals || !value) throw usageError(`-o ${output} needs ${isFile ? 'a file' : 'a template'}`, [EXAMPLES[name]!]);
  if (!isFile) return output;
  const text = await readFile(value, 'utf8').catch((error: unknown) => {
    throw usageError(`cannot read the file of -o ${name}-file: ${messageOf(error)}`);
  });
  if (text.length > MAX_FILE) throw usageError(`the file of -o ${name}-file is too large: ${value}`);
  if (name === 'jsonpath') return `jsonpath=${text}`;
  const { columnsOfFile } = await import('../../core/terminal/select/custom-columns.js');
  return `custom-columns=${await inFlag('output', output, () => columnsOfFile(text))}`;
}

const EXAMPLES: Record<string, string> = {
  jsonpath: `for example -o jsonpath='{.kind}'`,
  'custom-columns': 'for example -o custom-columns=NAME:.name,STATUS:.status',
};

/** Names the flag and the position in a mistake of its value. */
async function inFlag<T>(flag: string, value: string, read: () => T | Promise<T>): Promise<T> {
  const { TemplateError } = await import('../../core/terminal/select/template.js');
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { position } = error;
    // The position counts from the template, which follows the name of the format.
    const where = position === undefined ? '' : ` at position ${position}`;
    throw usageError(`invalid argument "${value}" for "--${flag}" flag: ${error.message}${where}`, [
      'the templates are those of kubectl: https://kubernetes.io/docs/reference/kubectl/jsonpath/',
    ]);
  }
}
