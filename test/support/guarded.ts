import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RequestInfo, Sandbox } from '../../src/sandbox/index.js';
import type { Outcome } from './regadm.js';

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** A run of the program that can be signalled. */
export interface Run {
  child: ChildProcess;
  ended: Promise<Outcome>;
}

/** Starts the built program against a sandbox, as its administrator unless another kubeconfig is given. */
export function start(sandbox: Sandbox, args: string[], kubeconfig = sandbox.kubeconfig.admin): Run {
  const child = spawn(process.execPath, [BIN, ...args, '--kubeconfig', kubeconfig], {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Outcome>((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
  return { child, ended };
}

/** What has to be as before, whatever happens. */
export function guardedState(sandbox: Sandbox): object {
  const config = sandbox.store.get('configs', 'cluster')!;
  return {
    readOnly: config.spec?.readOnly,
    annotations: config.metadata.annotations ?? {},
    bindings: sandbox.store
      .list('clusterrolebindings')
      .map(({ metadata }) => metadata.name)
      .sort(),
  };
}

/** The requests that change something, and those that run a command in a pod. */
export function isStep({ server, method, path }: RequestInfo): boolean {
  if (server !== 'api') return false;
  if (/\/exec\b/.test(path)) return true;
  return method !== 'GET' && !/(access|subject)reviews/.test(path);
}
