import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './cli.js';
import { kill, killOnExit } from './servers/processes.js';

const PROCESS = fileURLToPath(new URL('./runner-process.js', import.meta.url));

interface RunnerResult {
  status: number;
  stdout: string;
  stderr: string;
}

export interface ManyResult extends RunnerResult {
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

  /** @param env added to `cleanEnvironment` */
  constructor(private readonly env: Record<string, string> = {}) {}

  /** Runs a command line after the previous ones. @throws Error when the process ends; the next run starts another */
  run(argv: string[]): Promise<RunnerResult> {
    const result = this.last.then(() => this.runNow(argv));
    this.last = result.catch(() => undefined);
    return result;
  }

  async stop(): Promise<void> {
    this.cancelKill();
    if (this.child) await kill(this.child);
  }

  private runNow(argv: string[]): Promise<RunnerResult> {
    const child = (this.child ??= this.start());
    return new Promise((resolve, reject) => {
      const onExit = (status: number | null): void => {
        this.child = undefined;
        reject(new Error(`the process ended with ${status} while it ran: ${argv.join(' ')}`));
      };
      child.once('exit', onExit);
      child.once('message', (result) => {
        child.off('exit', onExit);
        resolve(result as RunnerResult);
      });
      child.send({ argv });
    });
  }

  private start(): ChildProcess {
    const child = fork(PROCESS, {
      env: { ...cleanEnvironment(), ...this.env },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.cancelKill = killOnExit(child);
    return child;
  }
}
