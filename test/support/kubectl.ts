import { execFile } from 'node:child_process';
import type { Sandbox } from '../../src/sandbox/index.js';

interface Ended {
  out: string;
  error: string;
  status: number;
}

/** Runs kubectl as a user of a sandbox. @param args its arguments, and optionally the text for its standard input */
export function runKubectl(
  sandbox: Sandbox,
  user: 'admin' | 'pruner' | 'nobody',
  args: (string | { input: string })[],
): Promise<Ended> {
  const words = args.filter((arg) => typeof arg === 'string');
  const input = args.find((arg) => typeof arg === 'object');
  const command = ['--kubeconfig', sandbox.kubeconfig[user], '--cache-dir', `${sandbox.dir}/cache`, ...words];
  return new Promise((resolve) => {
    const child = execFile('kubectl', command, (_error, out, error) =>
      resolve({ out, error, status: child.exitCode ?? -1 }),
    );
    child.stdin!.end(input?.input);
  });
}
