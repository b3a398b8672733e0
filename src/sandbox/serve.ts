import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { usageError } from '../core/model/errors.js';
import { startSandbox, type Sandbox, type SandboxOptions } from './index.js';

/** Slow enough to be watched, fast enough not to wait for. */
const STEP_MS = 700;

export interface ServeOptions {
  /** A shell command to run instead of waiting for Ctrl-C. */
  run?: string;
  print(text: string): void;
  /** One line a request. */
  log(text: string): void;
}

/**
 * Runs a sandbox until SIGINT or SIGTERM, or until the command has ended.
 * @returns the exit status
 * @throws RegadmError (USAGE) for a folder that holds something, a port that is taken, or a wrong rule
 */
export async function serve(options: SandboxOptions, { run, print, log }: ServeOptions): Promise<number> {
  if (options.dir && existsSync(options.dir) && readdirSync(options.dir).length > 0) {
    throw usageError(`the folder ${options.dir} of --dir is not empty`, ['name a new or an empty folder']);
  }
  const sandbox = await startSandbox({
    rolloutStepMs: STEP_MS,
    ...options,
    log: ({ server, method, path, status, user }) => log(`${server} ${status || '-'} ${user} ${method} ${path}`),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw usageError(`the port is in use: ${error.message}`, ['choose another --port or --registry-port']);
    throw error;
  });
  // Only one of these ends it: whichever comes first.
  const signalled = untilSignal();
  try {
    if (run !== undefined) return await runIn(sandbox, run);
    print(instructions(sandbox));
    await signalled;
    return 0;
  } finally {
    await sandbox.stop();
  }
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

async function runIn(sandbox: Sandbox, command: string): Promise<number> {
  const environment = {
    ...process.env,
    KUBECONFIG: sandbox.kubeconfig.admin,
    SANDBOX_DIR: sandbox.dir,
    SANDBOX_REGISTRY_URL: sandbox.registryUrl,
  };
  const child = spawn('/bin/sh', ['-c', command], { env: environment, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/** What is printed at the start: where it is, and what to try. */
export function instructions(sandbox: Sandbox): string {
  const storage = existsSync(sandbox.storageDir)
    ? sandbox.storageDir
    : 'in memory (so many images would be slow to write)';
  return `The sandbox is running; Ctrl-C ends it.
  API server  ${sandbox.apiUrl}
  registry    ${sandbox.registryUrl}
  storage     ${storage}

In another terminal:
  export KUBECONFIG=${sandbox.kubeconfig.admin}

  regadm prune images                                  what would go, and nothing changes
  regadm prune images --confirm                        do it
  regadm prune images --referrers oc -o oc             as oc adm prune images would
  regadm prune images --prune-over-size-limit          by the LimitRange of namespace payments
  regadm prune why myproject/myapp:v2.1-may-2016       why is this image still there?
  regadm registry status                               who uses the space
  regadm registry readonly on                          watch the roll-out: kubectl get pods -n openshift-image-registry -w
${existsSync(sandbox.storageDir) ? `  regadm prune hard --storage ${sandbox.storageDir}   orphaned blobs, by the files\n` : ''}  regadm prune hard --confirm --rules registry         the same in the registry's pod, as one guarded procedure

Other users: --kubeconfig ${sandbox.kubeconfig.pruner} (role system:image-pruner only)
             --kubeconfig ${sandbox.kubeconfig.nobody} (no permissions)`;
}
