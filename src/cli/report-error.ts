import { EXIT, RegadmError, usageError } from '../core/model/errors.js';
import { errorDocument } from './error-document.js';
import { parserMessage } from './parser-message.js';

/**
 * Prints an error for people on stderr and, when JSON or YAML was asked for, as an Error document on stdout; sets the exit status.
 * @param format what `-o` says
 * @param verbosity from 8 on, the stack trace too
 * @param hints more to say about it
 */
export async function reportError(
  thrown: unknown,
  format: string | undefined,
  verbosity = 0,
  hints: (message: string) => string[] = () => [],
): Promise<void> {
  const error = asRegadmError(thrown);
  error.suggestions.push(...hints(error.message));
  const { errorText } = await import('./error-text.js');
  if (format === 'json') process.stdout.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`);
  else if (format === 'yaml') process.stdout.write(await asYaml(errorDocument(error)));
  process.stderr.write(`${errorText(error)}\n`);
  if (verbosity >= 8 && thrown instanceof Error && thrown.stack) process.stderr.write(`${thrown.stack}\n`);
  process.exitCode = error.exitCode;
}

/** An error on the way to YAML must not hide the one that is to be told: JSON is YAML too. */
async function asYaml(document: object): Promise<string> {
  try {
    const { documentText } = await import('../core/terminal/document.js');
    return await documentText('yaml', document);
  } catch {
    return `${JSON.stringify(document, null, 2)}\n`;
  }
}

/** Errors of oclif's parser in the words of kubectl; anything unforeseen as an INTERNAL error without a stack trace. */
export function asRegadmError(thrown: unknown): RegadmError {
  if (thrown instanceof RegadmError) return thrown;
  const { oclif, parse, message } = thrown as Error & { oclif?: unknown; parse?: unknown };
  if (oclif !== undefined || parse !== undefined || /^Parsing --/.test(message ?? ''))
    return usageError(parserMessage(message), [SEE_HELP]);
  return new RegadmError(message || String(thrown), {
    code: 'INTERNAL',
    cause: thrown,
    exitCode: EXIT.error,
    suggestions: ['this is a defect of regadm: please report it with the output of the same command and -v 8'],
  });
}

export const SEE_HELP = 'see --help for what the command takes';
