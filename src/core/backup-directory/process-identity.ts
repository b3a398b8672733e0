import { readFile, readlink } from 'node:fs/promises';
import os from 'node:os';
import { isRecord } from '../model/values/json.js';

/** What identifies a process, so that another one can tell whether it still runs. */
export interface ProcessIdentity {
  pid: number;
  host: string;
  /** Changes with every boot of the machine; empty if it is not known. */
  boot: string;
  /** The namespace in which `pid` counts; empty if it is not known. */
  pidNamespace: string;
  /** When the process started, in the kernel's ticks since the boot; empty if it is not known. */
  startTicks: string;
}

/** Returns the identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return {
    pid: process.pid,
    host: os.hostname(),
    boot: await textOf(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    pidNamespace: await textOf(readlink('/proc/self/ns/pid')),
    startTicks: await startTicks(process.pid),
  };
}

/**
 * Tells whether a process still runs.
 * @returns undefined if that is not known here, because it runs, or ran, on another host or in another container
 */
export async function isRunning(one: ProcessIdentity): Promise<boolean | undefined> {
  const own = await ownIdentity();
  const isSameMachine =
    own.boot !== '' && one.host === own.host && one.boot === own.boot && one.pidNamespace === own.pidNamespace;
  if (!isSameMachine) return undefined;
  if (!isAlive(one.pid)) return false;
  const ticks = await startTicks(one.pid);
  return ticks === '' || one.startTicks === '' || ticks === one.startTicks;
}

/** Returns true for the identity of a process in parsed JSON. */
export function isProcessIdentity(value: unknown): value is ProcessIdentity {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value.pid) &&
    (value.pid as number) > 0 &&
    ['host', 'boot', 'pidNamespace', 'startTicks'].every((name) => typeof value[name] === 'string')
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The name of the program, in parentheses, can contain spaces and parentheses itself. */
async function startTicks(pid: number): Promise<string> {
  const stat = await textOf(readFile(`/proc/${pid}/stat`, 'utf8'));
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function textOf(reading: Promise<string>): Promise<string> {
  return (await reading.catch(() => '')).trim();
}
