import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

export interface CliOptions {
  /** Passed as `--kubeconfig`. */
  kubeconfig?: string;
  /** Added to `cleanEnvironment`. */
  env?: Record<string, string>;
  cwd?: string;
  /** Standard input. Default: empty. */
  input?: string;
  /** Kills the process (SIGKILL) when it aborts. */
  signal?: AbortSignal;
  /** Called with the process when it has started, so that a test can send it signals. */
  started?(child: ChildProcess): void;
  /** Called with every chunk of stderr. */
  onStderr?(text: string, child: ChildProcess): void;
  /** Shell script that runs the command as `"$@"`: `ulimit -f 1; exec "$@"`. */
  shell?: string;
}

export interface CliResult {
  /** Null if a signal ended the process. */
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** Without `header`. */
  stderr: string;
  /** The lines of stderr that name the cluster, the user and the settings; empty if no cluster was opened. */
  header: string;
}

const HEADER = /^server: .*, (?:user: .*, context|kubeconfig): .*\n(?:settings: .*\n)?/gm;

/** Separates what a command wrote to stderr. */
export function splitStderr(text: string): Pick<CliResult, 'stderr' | 'header'> {
  return { stderr: text.replaceAll(HEADER, ''), header: (text.match(HEADER) ?? []).join('') };
}

/** Returns an environment without settings: no kubeconfig, no proxy, no colors. */
export function cleanEnvironment(): Record<string, string> {
  const { PATH = '', SSL_CERT_FILE = '' } = process.env;
  return { PATH, HOME: '/nonexistent', NO_COLOR: '1', SSL_CERT_FILE };
}

/** Runs the built program (`npm run build`) as a process and waits until it ends. Rejects only if it cannot start. */
export function runCli(args: string[], options: CliOptions = {}): Promise<CliResult> {
  const { kubeconfig, shell, signal } = options;
  const command = [process.execPath, BIN, ...args, ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig])];
  const [file, ...rest] = shell === undefined ? command : ['/bin/sh', '-c', shell, 'sh', ...command];
  const child = spawn(file!, rest, {
    env: { ...cleanEnvironment(), ...options.env },
    cwd: options.cwd,
    stdio: 'pipe',
  });
  const kill = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  options.started?.(child);
  child.stdin.end(options.input ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onStderr?.(text, child);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, by) => {
      signal?.removeEventListener('abort', kill);
      resolve({ status, signal: by, stdout, ...splitStderr(stderr) });
    });
  });
}

/** Sends a signal to the program, and waits until it has noticed it. */
export async function interrupt(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const noticed = new Promise<void>((resolve) => {
    child.stderr!.on('data', (text: string) => void (text.includes('Interrupted: ') && resolve()));
  });
  child.kill(signal);
  await noticed;
}
