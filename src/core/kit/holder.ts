import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The run that holds a lock. `process` shows, on the same machine, whether its process is still alive. */
export interface Holder {
  id: string;
  host: string;
  pid: number;
  process?: string;
}

/** Describes a holder for messages: `regadm on HOST (process 4711)`. */
export const describeHolder = ({ host, pid }: Holder): string => `regadm on ${host} (process ${pid})`;

/** Describes this process, with a new id for every call. */
export function thisHolder(): Holder {
  return { id: randomBytes(4).toString('hex'), host: hostname(), pid: process.pid, process: identityOf(process.pid) };
}

/**
 * True only when the holder's process has certainly ended: same boot, same PID namespace, and no process with this PID
 * and start time. On another machine, or without /proc, it is not certain.
 */
export function isCertainlyDead({ pid, process: identity }: Holder): boolean {
  const here = identityOf(process.pid);
  if (!identity || !here || placeOf(identity) !== placeOf(here)) return false;
  return identityOf(pid) !== identity;
}

/** Returns `BOOT PIDNAMESPACE STARTTIME`; undefined when there is no such process, or no /proc. */
function identityOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid');
    // Field 22 is the start time. Field 2, the command name in parentheses, can contain spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state === 'Z' ? undefined : `${boot} ${namespace} ${start}`;
  } catch {
    return undefined;
  }
}

const placeOf = (identity: string): string => identity.split(' ').slice(0, 2).join(' ');
