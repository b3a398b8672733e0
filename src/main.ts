import { Errors, type Config } from '@oclif/core';
import { requestedFormat } from './cli/argv.js';
import { findCommand } from './cli/find-command.js';
import { settleFailure } from './cli/deferred-failure.js';
import { finishOutput } from './cli/finish-output.js';
import { loadConfig, type ProgramParts } from './cli/program.js';
import { reportError } from './cli/report-error.js';
import { usageHint } from './cli/usage-hint.js';
import { outputStreams, stderr, stdout } from './core/terminal/writer.js';

export { forgetSecrets } from './core/kit/secrets/known.js';

export interface MainOptions {
  parts: ProgramParts;
  /** How users call the program, for help and suggestions: `oc regadm`. */
  bin?: string;
}

/** Runs one command line. Never rejects; the exit status is in `process.exitCode`. */
export async function main(argv: string[], { parts, bin }: MainOptions): Promise<void> {
  let version: string | undefined;
  stderr().isQuiet = false;
  try {
    const config = await loadConfig(parts);
    version = config.version;
    if (bin) config.bin = bin;
    const request = findCommand(config, argv);
    if (request.kind === 'version') stdout().line(config.userAgent);
    else if (request.kind === 'help') await showHelp(config, request.argv);
    else if (request.kind === 'completion') await printCompletion(config, request.words);
    else await config.runCommand(request.command.id, request.argv, request.command);
  } catch (thrown) {
    if (thrown instanceof Errors.ExitError) process.exitCode = thrown.oclif.exit ?? 0;
    else
      await reportError(thrown, {
        format: requestedFormat(argv),
        envelope: version === undefined ? undefined : { regadmVersion: version },
        verbosity: verbosityOf(argv),
        usage: usageHint(bin ?? 'regadm'),
      });
  }
}

async function printCompletion({ commands }: Config, words: string[]): Promise<void> {
  const { answerCompletion } = await import('./cli/completion/kubectl.js');
  const { manifestOf } = await import('./cli/completion/model.js');
  stdout().text(await answerCompletion(manifestOf(commands), words));
}

async function showHelp(config: Config, argv: string[]): Promise<void> {
  const { RegadmHelp } = await import('./cli/help.js');
  await new RegadmHelp(config).showHelp(argv);
}

function verbosityOf(argv: string[]): number {
  const at = argv.findIndex((arg) => /^(-v|--loglevel)/.test(arg));
  return Number(/\d+$/.exec(`${argv[at] ?? ''} ${argv[at + 1] ?? ''}`.trim())?.[0] ?? 0);
}

/** Runs the program as a process of its own. */
export async function start(options: MainOptions): Promise<void> {
  // A stream that fails does not end the process: the exit status is that of the run. oclif's own listener would throw.
  for (const stream of outputStreams()) stream.removeAllListeners('error');
  stdout();
  stderr();
  // Deprecations of Node.js concern developers: a proxy with an IP address and TLS would cause one on stderr.
  process.noDeprecation = true;
  process.on('uncaughtException', reportBug);
  await main(process.argv.slice(2), options);
  await finishOutput();
  await settleFailure(process.argv.slice(2));
  // A proxy that never answers would keep the process alive: nothing closes a connection that an agent only opens.
  process.exit();
}

/** Reports a bug outside of the work that `interruptible` runs. Node.js would print the message as it is. */
function reportBug(error: unknown): void {
  if (process.listenerCount('uncaughtException') > 1) return;
  const verbosity = verbosityOf(process.argv.slice(2));
  void reportError(error, { verbosity, usage: '' }).finally(() => process.exit());
}
