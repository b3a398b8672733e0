import { runCli, type CliOptions, type CliResult } from './cli.js';
import { Runner } from './runner.js';

export type Outcome = CliResult;

/** Runners that run nothing now. */
const idle: Runner[] = [];
afterAll(() => Promise.all(idle.map((runner) => runner.stop())));

/**
 * Runs a command line of the built program, in a process that all runs of a test file share if they need no process of
 * their own: one per run takes ten times as long. Concurrent runs do not wait for each other. Use `runCli` to test how
 * the process ends, and to leave a lock behind, which is in force while its process exists.
 */
export async function regadm(args: string[], options: CliOptions = {}): Promise<Outcome> {
  if (needsProcess(options)) return runCli(args, options);
  const { kubeconfig, env, cwd, signal } = options;
  const runner = idle.pop() ?? new Runner();
  try {
    const argv = [...args, ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig])];
    return await runner.run(argv, { env, cwd, signal });
  } finally {
    idle.push(runner);
  }
}

/** Variables that are read once, when a process starts: those of Node.js and of colors. */
const READ_AT_START = /^(?:NODE_.*|FORCE_COLOR|NO_COLOR|TERM)$/;

function needsProcess({ started, onStderr, input, shell, env = {} }: CliOptions): boolean {
  if (Object.keys(env).some((name) => READ_AT_START.test(name))) return true;
  return Boolean(started || onStderr || shell) || input !== undefined;
}
