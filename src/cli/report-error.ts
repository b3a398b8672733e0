import { systemRemedy } from '../core/kit/system-error.js';
import { RegadmError, usageError } from '../core/model/errors.js';
import type { DocumentEnvelope } from '../core/model/document.js';
import { errorDocument } from './error-document.js';
import { parserMessage } from './parser-message.js';
import { unexpectedError } from './unexpected-error.js';

interface ReportOptions {
  /** What the Error document states about the run. */
  envelope?: DocumentEnvelope;
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
  { format, envelope, verbosity = 0, usage, hints = () => [] }: ReportOptions,
): Promise<void> {
  const error = asRegadmError(thrown, usage);
  const remedy = error.suggestions.length === 0 ? systemRemedy(error.cause) : undefined;
  error.suggestions.push(...(remedy === undefined ? [] : [remedy]), ...hints(error.message));
  process.exitCode = error.exitCode;
  const [{ errorLines, stackLines }, { documentText }, { stderr, stdout }] = await Promise.all([
    import('./error-text.js'),
    import('../core/terminal/document.js'),
    import('../core/terminal/writer.js'),
  ]);
  const document = errorDocument(error, envelope);
  // JSON is YAML too: a problem with the YAML package does not hide the error itself.
  if (format === 'json' || format === 'yaml')
    stdout().text(await documentText(format, document).catch(() => documentText('json', document)));
  for (const line of errorLines(error)) stderr().error(line);
  if (verbosity >= 8 && thrown instanceof Error) for (const line of stackLines(thrown)) stderr().error(line);
}

/** Converts errors of oclif's parser to the words of kubectl, and anything unexpected to an INTERNAL error. */
function asRegadmError(thrown: unknown, usage: string): RegadmError {
  if (thrown instanceof RegadmError) return thrown;
  const { oclif, parse, message } = thrown as Error & { oclif?: unknown; parse?: unknown };
  if (oclif !== undefined || parse !== undefined || /^Parsing --/.test(message ?? ''))
    return usageError(parserMessage(message), [usage]);
  return unexpectedError(thrown);
}
