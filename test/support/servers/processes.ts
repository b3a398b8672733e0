import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until the process writes a match of `pattern` to stdout or stderr, and keeps reading both afterward.
 * @throws Error with the output when the process ends first
 */
export function waitForOutput(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output: string | undefined = '';
    const read = (text: string): void => {
      // Collect output only until it matches, because a server can write much after that.
      if (output === undefined) return;
      output += text;
      const match = pattern.exec(output);
      if (!match) return;
      output = undefined;
      resolve(match);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', read);
    child.once('error', reject);
    child.once('close', (status, signal) =>
      reject(new Error(`${child.spawnfile} ended with ${status ?? signal}: ${output}`)),
    );
  });
}

/** Kills a process (SIGKILL) and waits until it has ended. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Kills a process when this one exits. @returns a function that cancels this */
export function killOnExit(child: ChildProcess): () => void {
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  return () => process.off('exit', end);
}

/** Returns a loopback port that nothing listens on, for servers that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A program of a server that consists of several. */
export interface SupervisedProgram {
  /** Why it ended, with the end of its log; undefined while it runs. */
  problem(): string | undefined;
  /** Kills the program, and waits until it has ended. */
  stop(): Promise<void>;
}

/**
 * Runs a program until the standard input ends, which happens however the process at its other end ends, also by
 * SIGKILL.
 */
const SUPERVISOR = `exec 3<&0
"$@" < /dev/null & program=$!
{ read -r line; kill -KILL $program; } <&3 2> /dev/null & watch=$!
wait $program; status=$?
kill -KILL $watch 2> /dev/null
exit $status`;

/** Returns the arguments of `sh` that supervise a program. Its standard input is a pipe that this process holds. */
export function supervised(command: readonly string[]): string[] {
  return ['-c', SUPERVISOR, 'sh', ...command];
}

/** Starts a program that ends with this process. @param log the file that receives its output */
export function startSupervised(command: readonly string[], log: string, env = process.env): SupervisedProgram {
  const output = openSync(log, 'a');
  const child = spawn('sh', supervised(command), {
    stdio: ['pipe', output, output],
    detached: true,
    env,
  });
  closeSync(output);
  const ended = once(child, 'exit');
  // The program can end first.
  child.stdin?.on('error', () => undefined);
  return {
    problem: () =>
      child.exitCode === null && child.signalCode === null
        ? undefined
        : `${command[0]} ended with ${child.exitCode ?? child.signalCode}: ${readFileSync(log, 'utf8').slice(-2000)}`,
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}

/** Runs a program to its end. @throws Error with its output if it fails */
export async function run(command: readonly string[], env = process.env): Promise<string> {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  const output = Buffer.concat(chunks).toString();
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${output}`);
  return output;
}

/** Waits until a condition holds. @throws Error as soon as one of the programs has ended */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  programs: readonly SupervisedProgram[] = [],
): Promise<void> {
  while (!(await condition())) {
    for (const program of programs) {
      const problem = program.problem();
      if (problem !== undefined) throw new Error(problem);
    }
    await sleep(50);
  }
}

/** Returns whether something listens on a loopback port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
