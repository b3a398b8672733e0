import { RegadmError, usageError } from '../core/model/errors.js';
import { errorDocument } from './error-document.js';
import { parserMessage } from './parser-message.js';

interface ReportOptions {
  /** The value of `-o`: with `json` and `yaml`, an Error document is written to stdout. */
  format?: string;
  /** The value of `-v`: from 8 on, the stack trace is printed. */
  verbosity?: number;
  /** Suggestion for errors of oclif's parser: how to show the command's help. */
  usage: string;
  /** Returns more suggestions for a message. */
  hints?(message: string): string[];
}

/**
 * Prints an error for people on stderr and, with `-o json` and `-o yaml`, as a document on stdout; sets the exit
 * status.
 */
export async function reportError(
  thrown: unknown,
  { format, verbosity = 0, usage, hints = () => [] }: ReportOptions,
): Promise<void> {
  const error = asRegadmError(thrown, usage);
  error.suggestions.push(...hints(error.message));
  const { errorText } = await import('./error-text.js');
  if (format === 'json') process.stdout.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`);
  else if (format === 'yaml') process.stdout.write(await asYaml(errorDocument(error)));
  process.stderr.write(`${errorText(error)}\n`);
  if (verbosity >= 8 && thrown instanceof Error && thrown.stack) process.stderr.write(`${thrown.stack}\n`);
  process.exitCode = error.exitCode;
}

/**
 * Formats a document as YAML. Falls back to JSON, which is valid YAML, so that a problem with the YAML package does not
 * hide the error.
 */
async function asYaml(document: object): Promise<string> {
  try {
    const { documentText } = await import('../core/terminal/document.js');
    return await documentText('yaml', document);
  } catch {
    return `${JSON.stringify(document, null, 2)}\n`;
  }
}

/** Converts errors of oclif's parser to the words of kubectl, and anything unexpected to an INTERNAL error. */
function asRegadmError(thrown: unknown, usage: string): RegadmError {
  if (thrown instanceof RegadmError) return thrown;
  const { oclif, parse, message } = thrown as Error & { oclif?: unknown; parse?: unknown };
  if (oclif !== undefined || parse !== undefined || /^Parsing --/.test(message ?? ''))
    return usageError(parserMessage(message), [usage]);
  return new RegadmError(message || String(thrown), {
    code: 'INTERNAL',
    cause: thrown,
    suggestions: ['this is a bug in regadm: please report it with the output of the same command with -v 8'],
  });
}
