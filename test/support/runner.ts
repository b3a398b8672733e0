import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, splitStderr, type CliResult } from './cli.js';
import { kill, killOnExit } from './servers/processes.js';

const PROCESS = fileURLToPath(new URL('./runner-process.js', import.meta.url));

/** How a command line runs. */
interface RunnerOptions {
  /** Added to `cleanEnvironment`. */
  env?: Record<string, string>;
  cwd?: string;
  /** Kills the process (SIGKILL) when it aborts; the next run starts another one. */
  signal?: AbortSignal;
}

export interface ManyResult extends CliResult {
  argv: string[];
}

/** Runs many command lines in one process. @param env as for `Runner` */
export async function runMany(lines: string[][], env?: Record<string, string>): Promise<ManyResult[]> {
  const runner = new Runner(env);
  try {
    return await Promise.all(lines.map(async (argv) => ({ argv, ...(await runner.run(argv)) })));
  } finally {
    await runner.stop();
  }
}

/**
 * Runs command lines of the built program in one process, one after the other. This takes a tenth of the time of
 * separate processes, but does not test signals, pipes and exits.
 */
export class Runner {
  private child: ChildProcess | undefined;
  private cancelKill = (): void => {};
  private last: Promise<unknown> = Promise.resolve();

  /** @param env added to `cleanEnvironment` in all runs */
  constructor(private readonly env: Record<string, string> = {}) {}

  /** Runs a command line after the previous ones. @throws Error when the process ends; the next run starts another */
  run(argv: string[], options: RunnerOptions = {}): Promise<CliResult> {
    const result = this.last.then(() => this.runNow(argv, options));
    this.last = result.catch(() => undefined);
    return result;
  }

  async stop(): Promise<void> {
    this.cancelKill();
    if (this.child) await kill(this.child);
  }

  private runNow(argv: string[], { env, cwd, signal }: RunnerOptions): Promise<CliResult> {
    const child = (this.child ??= this.start());
    return new Promise<CliResult>((resolve, reject) => {
      const abort = (): void => void child.kill('SIGKILL');
      const onExit = (status: number | null, by: NodeJS.Signals | null): void => {
        this.child = undefined;
        this.cancelKill();
        signal?.removeEventListener('abort', abort);
        if (signal?.aborted) resolve({ status, signal: by, stdout: '', stderr: '', header: '' });
        else reject(new Error(`the process ended with ${status ?? by} while it ran: ${argv.join(' ')}`));
      };
      child.once('exit', onExit);
      child.once('message', (result) => {
        child.off('exit', onExit);
        signal?.removeEventListener('abort', abort);
        const { stderr, ...others } = result as Omit<CliResult, 'signal' | 'header'>;
        resolve({ ...others, ...splitStderr(stderr), signal: null });
      });
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { once: true });
      child.send({ argv, env: { ...cleanEnvironment(), ...this.env, ...env }, cwd });
    });
  }

  private start(): ChildProcess {
    const child = fork(PROCESS, {
      env: cleanEnvironment(),
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.cancelKill = killOnExit(child);
    return child;
  }
}
