import { open, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertReplaceable, replaceFile } from '../kit/replace-file.js';
import { messageOf, RegadmError } from '../model/errors.js';
import type { PullHistory } from '../model/pulls.js';
import { readPullsFile } from '../rule-files/pulls-file.js';

/** Mode of a new file: what is pulled from where is the cluster's data. */
const OWNER_ONLY = 0o600;
/** Time to wait for another run that writes the file, in ms; it takes a moment. */
const LOCK_WAIT_MS = 30_000;
/** Age of a lock that a run that was killed has left, in ms. */
const ABANDONED_MS = 120_000;
const PAUSE_MS = 100;

/** Reads the file that a run continues; undefined if it does not exist yet. @throws RegadmError PULLS_FILE */
export async function readExisting(file: string): Promise<PullHistory | undefined> {
  return existsSync(file) ? readPullsFile(file, '--out') : undefined;
}

/** Checks that the file can be written, before hours of logs are read. @throws RegadmError PULLS_FILE */
export function assertWritable(file: string): void {
  try {
    assertReplaceable(file, '');
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/**
 * Replaces the pulls file as a whole. Two runs at the same time write one after the other.
 * @param textOf makes the text when the file cannot change
 * @throws RegadmError PULLS_FILE, and what `textOf` throws; the file is unchanged then
 */
export async function writePullsFile(file: string, textOf: () => Promise<string>, signal: AbortSignal): Promise<void> {
  const lock = `${file}.lock`;
  try {
    await takeLock(lock, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw cannotWrite(file, error);
  }
  try {
    const text = await textOf();
    replaceFile(file, text, OWNER_ONLY);
  } catch (error) {
    throw error instanceof RegadmError ? error : cannotWrite(file, error);
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string, signal: AbortSignal): Promise<void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      await (await open(lock, 'wx', OWNER_ONLY)).close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const age = Date.now() - ((await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > ABANDONED_MS) await rm(lock, { force: true });
    else if (waited >= LOCK_WAIT_MS) throw new Error(`another run writes it; if none does, delete ${lock}`);
    else await sleep(PAUSE_MS, undefined, { signal });
  }
}

function cannotWrite(file: string, cause: unknown): RegadmError {
  return new RegadmError(`cannot write --out ${file}: ${messageOf(cause)}`, { code: 'PULLS_FILE', cause });
}
