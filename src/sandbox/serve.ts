import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { RegadmError, usageError } from '../core/model/errors.js';
import { join } from 'node:path';
import { runChild } from './child.js';
import { instructions } from './instructions.js';
import { markPrompt } from './prompt.js';
import { startHub } from './hub/hub.js';
import type { HubOptions, SandboxHub } from './hub/types.js';
import type { Sandbox } from './types.js';

/** Time between two steps of a roll-out, in ms: slow enough to watch. */
const STEP_MS = 700;

interface ServeOptions {
  /** A shell command; the sandbox stops when it ends. */
  run?: string;
  /** Stops the sandbox when it aborts. */
  signal: AbortSignal;
  /** @returns false if the text was not written: the output is full, or its reader went away */
  print(text: string): Promise<boolean>;
  /** Writes one line per request. */
  log(text: string): void;
}

/**
 * Runs a sandbox with its managed clusters until `signal` aborts, until the command has ended, or until its
 * instructions cannot be written.
 * @returns the exit status; 0 if a signal stops a sandbox without a command
 * @throws RegadmError (USAGE) for a directory that is not empty, a port that is in use, or an invalid fault rule; the
 *   reason of `signal` otherwise
 */
export async function serve(options: HubOptions, context: ServeOptions): Promise<number> {
  const { run, signal } = context;
  if (options.dir !== undefined) requireEmptyDirectory(options.dir);
  try {
    const started = await start(options, context);
    try {
      return await (run === undefined ? serveUntilStopped(started, context) : runCommand(started.hub, run, signal));
    } finally {
      await started.stop();
    }
  } catch (error) {
    if (run === undefined && error === signal.reason && isInterruption(error)) return 0;
    throw error;
  }
}

/** Prints the instructions, and waits. @returns 0 if they cannot be written @throws the reason of `signal` */
async function serveUntilStopped(started: SandboxHub, { signal, print }: ServeOptions): Promise<number> {
  signal.throwIfAborted();
  // Without the instructions, nobody knows the addresses.
  if (!(await print(instructions(started)))) return 0;
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

function isInterruption(reason: unknown): boolean {
  return reason instanceof RegadmError && reason.code === 'INTERRUPTED';
}

function requireEmptyDirectory(dir: string): void {
  if (!existsSync(dir)) return;
  if (!statSync(dir).isDirectory()) throw usageError(`invalid --dir: ${dir} is not a directory`);
  if (readdirSync(dir).length > 0) {
    throw usageError(`invalid --dir: the directory ${dir} is not empty`, ['use a new or empty directory']);
  }
}

function start(options: HubOptions, { signal, log }: ServeOptions): Promise<SandboxHub> {
  const logRequest: HubOptions['log'] = ({ cluster = '', server, method, path, status, user }) =>
    log(`${cluster} ${server} ${status || '-'} ${user} ${method} ${path}`.trimStart());
  const settings = { rolloutStepMs: STEP_MS, cronJobs: true, ...options, log: logRequest };
  return startHub(settings, signal).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES' && error.syscall === 'listen')
      throw usageError(`the port needs the permission of the system: ${error.message}`, [
        'choose a --port and a --registry-port of 1024 or above',
      ]);
    if (error.code !== 'EADDRINUSE') throw error;
    throw usageError(`the port is in use: ${error.message}`, ['choose another --port or --registry-port']);
  });
}

async function runCommand(sandbox: Sandbox, command: string, signal: AbortSignal): Promise<number> {
  const env = {
    ...process.env,
    KUBECONFIG: sandbox.kubeconfig.admin,
    SANDBOX_DIR: sandbox.dir,
    SANDBOX_REGISTRY_URL: sandbox.registryUrl,
  };
  const isTerminal = process.stdin.isTTY;
  const run = isTerminal ? markPrompt(join(sandbox.dir, 'prompt'), { command, env }) : { command, env };
  return (await runChild('/bin/sh', ['-c', run.command], { env: run.env, signal })).status;
}
