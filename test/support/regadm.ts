import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Standard input; empty if not given. */
  input?: string;
  env?: Record<string, string>;
  cwd?: string;
  /** Called with the process, to send it signals. */
  started?(child: ChildProcess): void;
}

/** Runs the built program as a process of its own, with no kubeconfig but the one that is given. */
export function regadm(args: string[], options: RunOptions = {}): Promise<Outcome> {
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', NO_COLOR: '1', ...options.env };
  const child = spawn(process.execPath, [BIN, ...args], { env, cwd: options.cwd });
  options.started?.(child);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}
