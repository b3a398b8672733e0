import type { ChildProcess } from 'node:child_process';
import type { FaultAction, RequestInfo, Sandbox } from '../../src/sandbox/index.js';
import { runCli, type CliResult } from './cli.js';
import { regadm } from './regadm.js';

/** A running program that a test can send signals to. */
export interface Run {
  child: ChildProcess;
  ended: Promise<CliResult>;
}

/** Starts the built program against a sandbox. Default: as its administrator. */
export function start(sandbox: Sandbox, args: string[], kubeconfig = sandbox.kubeconfig.admin): Run {
  let child!: ChildProcess;
  const ended = runCli(args, { kubeconfig, started: (started) => (child = started) });
  return { child, ended };
}

/** Runs the built program against a sandbox until it ends. Default: as its administrator. Faster than `start`. */
export function runIn(sandbox: Sandbox, args: string[], kubeconfig = sandbox.kubeconfig.admin): Promise<CliResult> {
  return regadm(args, { kubeconfig });
}

/** Starts a confirmed hard prune of a storage directory, whatever its age, with a JSON report. */
export function startStoragePrune(sandbox: Sandbox, storage: string, ...more: string[]): Run {
  return start(sandbox, storagePrune(storage, more));
}

/** Runs such a prune until it ends, which is faster. */
export function runStoragePrune(sandbox: Sandbox, storage: string, ...more: string[]): Promise<CliResult> {
  return runIn(sandbox, storagePrune(storage, more));
}

function storagePrune(storage: string, more: string[]): string[] {
  const where = ['--storage', storage, '--keep-blobs-younger-than=0'];
  return ['prune', 'hard', ...where, '--confirm', '-o', 'json', ...more];
}

/** Returns the state that a hard prune must always restore. */
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

/** Returns whether a request changes something or runs a command in a pod. */
export function isStep({ server, method, path }: RequestInfo): boolean {
  if (server !== 'api') return false;
  if (/\/exec\b/.test(path)) return true;
  return method !== 'GET' && !/(access|subject)reviews/.test(path);
}

/** Acts once, at the first request to a sandbox that matches. */
export function actOnce(
  sandbox: Sandbox,
  matches: (request: RequestInfo) => boolean,
  act: () => void | FaultAction,
): void {
  let done = false;
  sandbox.onRequest((request) => {
    if (done || !matches(request)) return undefined;
    done = true;
    return act() ?? undefined;
  });
}
