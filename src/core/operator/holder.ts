import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds the registry's mode. `process` tells on the same machine whether that process still lives. */
export interface Holder {
  id: string;
  host: string;
  pid: number;
  process?: string;
}

/** This process, with an id of its own for every hard prune. */
export function thisHolder(): Holder {
  return { id: randomBytes(4).toString('hex'), host: hostname(), pid: process.pid, process: identityOf(process.pid) };
}

/**
 * True only when it is certain that the holder's process has ended: the same boot, the same pid namespace, and no process
 * of that pid and starting time. Elsewhere, or where /proc does not tell, it is not certain.
 */
export function isCertainlyDead({ pid, process: identity }: Holder): boolean {
  const here = identityOf(process.pid);
  if (!identity || !here || placeOf(identity) !== placeOf(here)) return false;
  return identityOf(pid) !== identity;
}

/** `BOOT PIDNAMESPACE START`; undefined where there is no such process, or no /proc. */
function identityOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid');
    // The 22nd field is the starting time; the second, the command's name in parentheses, may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state === 'Z' ? undefined : `${boot} ${namespace} ${start}`;
  } catch {
    return undefined;
  }
}

const placeOf = (identity: string): string => identity.split(' ').slice(0, 2).join(' ');
