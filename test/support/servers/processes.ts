import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

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
