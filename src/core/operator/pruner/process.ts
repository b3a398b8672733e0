import type { ClusterApi, ExecResult, ExecTarget } from '../../cluster/api.js';
import { Deadline } from '../../kit/deadline.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import type { RegistryPod } from '../pods.js';

export type PruneMode = 'check' | 'delete';

interface PrunerOptions {
  mode: PruneMode;
  /** `debug`: it also states what it keeps. Default `info`. */
  logLevel?: 'info' | 'debug';
  /** Called with each line of the pruner's output as it arrives. */
  onLine(line: string): void;
  /** Closes the connection, but does not stop the process in the pod: see `stopPruner`. */
  signal: AbortSignal;
}

/** Runs the registry's own pruner in one of its pods. @throws RegadmError EXEC_REFUSED */
export async function runPruner(
  api: ClusterApi,
  pod: RegistryPod,
  { mode, logLevel = 'info', onLine, signal }: PrunerOptions,
): Promise<ExecResult> {
  const command = ['/bin/sh', '-c', `REGISTRY_LOG_LEVEL=${logLevel} /usr/bin/dockerregistry -prune=${mode}`];
  const stdout = new LineSplitter(onLine);
  const stderr = new LineSplitter(onLine);
  const result = await api.exec(execTarget(pod), command, {
    stdout: (chunk) => stdout.take(chunk),
    stderr: (chunk) => stderr.take(chunk),
    signal,
  });
  stdout.end();
  stderr.end();
  return result;
}

// The pattern is written so that it does not match the command line of this script itself.
const SCRIPT = `for p in /proc/[0-9]*; do c=$(tr '\\0' ' ' 2>/dev/null < "$p/cmdline") || continue; case "$c" in *dockerregistry*-prune"="*) echo "\${p#/proc/}";STOP; esac; done; echo done`;
const FIND_SCRIPT = `# regadm: pruner processes\n${SCRIPT.replace('STOP', '')}`;
const STOP_SCRIPT = `# regadm: stop pruner processes\n${SCRIPT.replace('STOP', ' kill -TERM "${p#/proc/}" 2>/dev/null')}`;

/** Timeout for finding processes, in ms. */
const LOOK_TIMEOUT_MS = 30_000;
/** Maximum output of the look that is read, in characters: thousands of processes. */
const LOOK_LIMIT = 64 * 1024;
/** Maximum length of a reason that is shown, in characters. */
const REASON_LIMIT = 500;

/** Finds the pruner processes in a pod, by process id. @throws RegadmError EXEC_REFUSED, EXEC_FAILED */
export function findPruners(api: ClusterApi, pod: RegistryPod): Promise<number[]> {
  return runScript(api, pod, FIND_SCRIPT);
}

/**
 * Sends SIGTERM to the pruner processes in a pod and returns their process ids.
 * @throws RegadmError EXEC_REFUSED, EXEC_FAILED
 */
export function terminatePruners(api: ClusterApi, pod: RegistryPod): Promise<number[]> {
  return runScript(api, pod, STOP_SCRIPT);
}

async function runScript(api: ClusterApi, pod: RegistryPod, script: string): Promise<number[]> {
  let [output, errors] = ['', ''];
  let result: ExecResult;
  const deadline = new Deadline(LOOK_TIMEOUT_MS);
  try {
    result = await api.exec(execTarget(pod), ['/bin/sh', '-c', script], {
      stdout: (chunk) => void (output.length < LOOK_LIMIT && (output += chunk.toString())),
      stderr: (chunk) => void (errors.length < LOOK_LIMIT && (errors += chunk.toString())),
      signal: deadline.signal,
    });
  } finally {
    deadline.clear();
  }
  const lines = output.split('\n').map((line) => line.trim());
  if (lines.includes('done')) return lines.filter((line) => /^\d+$/.test(line)).map(Number);
  throw scriptFailed(pod, deadline.signal.aborted ? NO_END : reasonOf(result, errors));
}

const NO_END = `the command did not end within ${LOOK_TIMEOUT_MS / 1000} s`;

/** Returns why a command did not do its work: the end of what it wrote to stderr, or what the server reported. */
function reasonOf({ exitCode, message }: ExecResult, errors: string): string {
  const written = errors.trim().split('\n').at(-1)?.trim().slice(0, REASON_LIMIT);
  const ended = exitCode === undefined ? 'the connection broke before the command ended' : `exit status ${exitCode}`;
  return written || message || ended;
}

function scriptFailed({ name }: RegistryPod, reason: string): RegadmError {
  const hasNoShell = /\/bin\/sh\b.*(?:no such file|not found)|executable file not found/i.test(reason);
  return new RegadmError(`cannot list the processes of pod ${REGISTRY_NAMESPACE}/${name}: ${reason}`, {
    code: 'EXEC_FAILED',
    suggestions: [hasNoShell ? ADVICE.storageWithoutShell : ADVICE.podState(REGISTRY_NAMESPACE, name)],
  });
}

const execTarget = ({ name, container }: RegistryPod): ExecTarget => ({
  namespace: REGISTRY_NAMESPACE,
  pod: name,
  container,
});

/** Maximum length of a line of output, in characters; the rest is ignored. */
const LINE_LIMIT = 64 * 1024;

/** Splits output into lines as it arrives. */
class LineSplitter {
  private partial = '';
  private readonly decoder = new TextDecoder();

  constructor(private readonly onLine: (line: string) => void) {}

  take(chunk: Buffer): void {
    const lines = (this.partial + this.decoder.decode(chunk, { stream: true })).split('\n');
    this.partial = lines.pop()!.slice(0, LINE_LIMIT);
    for (const line of lines) this.onLine(line.replace(/\r$/, ''));
  }

  end(): void {
    if (this.partial) this.onLine(this.partial);
    this.partial = '';
  }
}
