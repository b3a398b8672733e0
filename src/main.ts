import { requestedFormat } from './cli/argv.js';
import { listCommands } from './cli/command-list.js';
import type { Manifest } from './cli/completion/model.js';
import { settleFailure } from './cli/deferred-failure.js';
import { findCommand, type Request } from './cli/find-command.js';
import { finishOutput } from './cli/finish-output.js';
import type { ProgramParts } from './cli/program.js';
import { usageHint } from './cli/usage-hint.js';
import { assumeUser } from './cli/unknown-user.js';
import { outputStreams, stderr, stdout } from './core/terminal/writer.js';

export { forgetSecrets } from './core/kit/secrets/known.js';

export interface MainOptions {
  parts: ProgramParts;
  /** How users call the program, for help and suggestions: `oc regadm`. */
  bin?: string;
}

/** Runs one command line. Never rejects; the exit status is in `process.exitCode`. */
export async function main(argv: string[], { parts, bin }: MainOptions): Promise<void> {
  stderr().isQuiet = false;
  try {
    const request = findCommand(listCommands(parts, bin), argv);
    if (request.kind === 'version') stdout().line(versionOf(parts));
    else if (request.kind === 'completion') await printCompletion(parts, request.words);
    else await runWithOclif(request, { parts, bin });
  } catch (thrown) {
    await report(thrown, argv, { parts, bin });
  }
}

/** Loads oclif only for command lines that need it, because that takes longer than the rest of a start. */
async function runWithOclif(request: Request & { argv: string[] }, { parts, bin }: MainOptions): Promise<void> {
  const { loadConfig } = await withoutListeners(() => import('./cli/program.js'));
  const config = await loadConfig(parts);
  if (bin) config.bin = bin;
  if (request.kind === 'command') return config.runCommand(request.id, request.argv);
  const { RegadmHelp } = await import('./cli/help.js');
  await new RegadmHelp(config).showHelp(request.argv);
}

/**
 * Loads code without the listeners that it adds to stdout and stderr. A stream that fails does not end the process: the
 * exit status is that of the run. oclif's listener would throw.
 */
async function withoutListeners<T>(load: () => Promise<T>): Promise<T> {
  const before = outputStreams().map((stream) => ({ stream, known: stream.listeners('error') }));
  const loaded = await load();
  for (const { stream, known } of before)
    for (const listener of stream.listeners('error') as (() => void)[])
      if (!known.includes(listener)) stream.off('error', listener);
  return loaded;
}

async function report(thrown: unknown, argv: string[], { parts, bin }: MainOptions): Promise<void> {
  const { code, oclif } = thrown as { code?: unknown; oclif?: { exit?: number } };
  if (code === 'EEXIT' && oclif) {
    process.exitCode = oclif.exit ?? 0;
    return;
  }
  const { reportError } = await import('./cli/report-error.js');
  await reportError(thrown, {
    format: requestedFormat(argv),
    envelope: { regadmVersion: parts.pjson.version },
    verbosity: verbosityOf(argv),
    usage: usageHint(bin ?? 'regadm'),
  });
}

/** `regadm/0.1.0 linux-x64 node-v20.20.2` */
function versionOf({ pjson }: ProgramParts): string {
  return `${pjson.name}/${pjson.version} ${process.platform}-${process.arch} node-${process.version}`;
}

async function printCompletion({ commands, manifestOf }: ProgramParts, words: string[]): Promise<void> {
  const { answerCompletion } = await import('./cli/completion/kubectl.js');
  const all = Object.fromEntries(Object.keys(commands).map((id) => [id, manifestOf(id)]));
  stdout().text(await answerCompletion({ commands: all } as unknown as Manifest, words));
}

function verbosityOf(argv: string[]): number {
  const at = argv.findIndex((arg) => /^(-v|--loglevel)/.test(arg));
  return Number(/\d+$/.exec(`${argv[at] ?? ''} ${argv[at + 1] ?? ''}`.trim())?.[0] ?? 0);
}

/** Runs the program as a process of its own. */
export async function start(options: MainOptions): Promise<void> {
  stdout();
  stderr();
  // Deprecations of Node.js concern developers: a proxy with an IP address and TLS would cause one on stderr.
  process.noDeprecation = true;
  process.on('uncaughtException', reportBug);
  assumeUser(process.env);
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
  void import('./cli/report-error.js')
    .then(({ reportError }) => reportError(error, { verbosity, usage: '' }))
    .finally(() => process.exit());
}
