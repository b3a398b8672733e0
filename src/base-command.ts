import { Command, Errors, type Interfaces } from '@oclif/core';
import { normalizeArgv, requestedFormat } from './argv.js';
import { commonFlags } from './flags.js';
import { EXIT, RegadmError, usageError } from './core/model/errors.js';

export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<
  (typeof BaseCommand)['baseFlags'] & T['flags']
>;

/**
 * The one place for exit statuses, the printing of errors and the shared flags' wiring.
 * A command parses (`await this.read(ThisCommand)`), calls core once and prints.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = commonFlags;
  /** oclif's own --json would print its whole configuration on a parse error and change exit statuses. */
  static override enableJsonFlag = false;

  private level = 0;
  private format = 'table';

  /** Parses the command line, with every form of boolean that `oc` takes. @throws RegadmError (USAGE) */
  protected async read<T extends typeof Command>(
    command: T,
  ): Promise<{ flags: FlagsOf<T>; args: Interfaces.InferredArgs<T['args']>; argv: string[] }> {
    this.format = requestedFormat(this.argv) ?? 'table';
    this.argv = normalizeArgv(this.argv, { ...command.baseFlags, ...command.flags });
    const { flags, args, argv } = await this.parse(command, this.argv);
    const all = flags as { loglevel?: number; json?: boolean; output?: string };
    if (all.json) {
      if (this.argv.some((arg) => /^(-o|--output)/.test(arg)) && all.output !== 'json') {
        throw usageError(`--json cannot be specified with --output=${all.output}`);
      }
      all.output = 'json';
    }
    this.level = all.loglevel ?? 0;
    if ((flags as { 'no-color'?: boolean })['no-color']) process.env.NO_COLOR = '1';
    return { flags: flags as FlagsOf<T>, args: args as Interfaces.InferredArgs<T['args']>, argv: argv as string[] };
  }

  /** Writes what was asked for to stdout. */
  protected print(text: string): void {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Writes everything else (warnings, hints, notes) to stderr. */
  protected note = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };

  protected warning = (text: string): void => this.note(`warning: ${text}`);

  /** Writes to stderr if `-v` is at least `level`: 4 reasons, 6 requests, 8 requests in detail. */
  protected logAt = (level: number, text: string): void => {
    if (level <= this.level) this.note(text);
  };

  protected get verbosity(): number {
    return this.level;
  }

  /** Prints an error for people on stderr, for programs (`-o json`, `-o yaml`) as an Error document on stdout, and sets the exit status. */
  protected override async catch(thrown: Error): Promise<void> {
    if (thrown instanceof Errors.ExitError) throw thrown;
    const error = asRegadmError(thrown);
    const { errorDocument, errorText } = await import('./core/render/error.js');
    if (this.format === 'json' || this.format === 'yaml') await this.printDocument(errorDocument(error));
    this.note(errorText(error));
    if (this.level >= 8 && thrown.stack) this.note(thrown.stack);
    process.exitCode = error.exitCode;
  }

  private async printDocument(document: object): Promise<void> {
    if (this.format === 'json') return this.print(JSON.stringify(document, null, 2));
    const { stringify } = await import('yaml');
    this.print(stringify(document));
  }
}

/** Errors of oclif's parser in the words of kubectl; anything unforeseen as an INTERNAL error without a stack trace. */
function asRegadmError(thrown: Error): RegadmError {
  if (thrown instanceof RegadmError) return thrown;
  const oclif = thrown as Error & { oclif?: unknown; parse?: unknown };
  if (oclif.oclif !== undefined || oclif.parse !== undefined)
    return usageError(parserMessage(thrown.message), ['see --help for what the command takes']);
  return new RegadmError(thrown.message || String(thrown), {
    code: 'INTERNAL',
    cause: thrown,
    exitCode: EXIT.error,
    suggestions: ['this is a defect of regadm: please report it with the output of the same command and -v 8'],
  });
}

function parserMessage(message: string): string {
  const text = message.replace(/\nSee more help with --help/g, '').trim();
  const unknown = /^Nonexistent flags?: (.+)$/s.exec(text);
  if (unknown) return `unknown flag: ${unknown[1]}`;
  if (/^Unexpected argument/.test(text)) return 'no arguments are allowed to this command';
  return text.charAt(0).toLowerCase() + text.slice(1);
}
