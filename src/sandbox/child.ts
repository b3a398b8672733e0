import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { RegadmError } from '../core/model/errors.js';
import { onExit } from './on-exit.js';

const { SIGTERM, SIGKILL } = constants.signals;

interface ChildOptions {
  env: NodeJS.ProcessEnv;
  /** Collects stdout and stderr; otherwise the child writes to those of this process. */
  capture?: boolean;
  /** Ends the child when it aborts. */
  signal: AbortSignal;
}

interface ChildResult {
  /** Exit status; 128 + its number if a signal ended the child, as in a shell. */
  status: number;
  /** Its output; empty without `capture`. */
  stdout: string;
  stderr: string;
}

/**
 * Runs a program and waits until it ends. An abort, or the end of this process, ends the child and every process that
 * it started.
 * @throws the reason of `signal` if it aborted before the start; an error if the program cannot be started
 */
export async function runChild(file: string, args: string[], options: ChildOptions): Promise<ChildResult> {
  const { env, capture = false, signal } = options;
  signal.throwIfAborted();
  // A child that uses the terminal has to stay in the foreground group, where the terminal itself sends Ctrl-C to it.
  const usesTerminal = process.stdin.isTTY;
  const output = capture ? 'pipe' : 'inherit';
  const child = spawn(file, args, { env, stdio: ['inherit', output, output], detached: !usesTerminal });
  const send = (number: number): void => {
    try {
      if (child.pid !== undefined) process.kill(usesTerminal ? child.pid : -child.pid, number);
    } catch {
      // It has ended.
    }
  };
  const stop = (): void => {
    const number = signalNumber(signal.reason);
    if (!usesTerminal || number === SIGTERM) send(number);
  };
  signal.addEventListener('abort', stop, { once: true });
  const cancel = onExit(() => send(SIGKILL));
  try {
    const ended = new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, name) => resolve(status ?? 128 + constants.signals[name!]));
    });
    const [status, stdout, stderr] = await Promise.all([ended, read(child.stdout), read(child.stderr)]);
    return { status, stdout, stderr };
  } finally {
    cancel();
    signal.removeEventListener('abort', stop);
    // Processes that the child left running in its group.
    if (!usesTerminal) send(SIGTERM);
  }
}

async function read(stream: Readable | null): Promise<string> {
  return stream ? text(stream) : '';
}

/** Returns the signal that aborted the run; SIGTERM if it was not a signal. */
function signalNumber(reason: unknown): number {
  const status = reason instanceof RegadmError ? reason.exitCode : 0;
  return status > 128 ? status - 128 : SIGTERM;
}
