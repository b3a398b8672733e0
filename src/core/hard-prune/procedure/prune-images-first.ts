import { spawn } from 'node:child_process';
import { RegadmError } from '../../model/errors.js';

/**
 * Runs `regadm prune images` as a process of its own: its output goes to stderr, since stdout is the hard prune's.
 * @param program the program that was started (`process.argv[1]`)
 * @param secrets added to its environment
 * @throws RegadmError PRUNE_IMAGES_FAILED when it does not end with 0: its links and blobs are then still in use
 */
export function pruneImagesFirst(
  program: string,
  args: string[],
  signal: AbortSignal,
  secrets: Record<string, string> = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    // The single executable is its own program.
    const script = program === process.execPath ? [] : [program];
    const child = spawn(process.execPath, [...script, 'prune', 'images', ...args], {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, ...secrets },
    });
    const forward = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', forward, { once: true });
    child.once('error', reject);
    child.once('close', (code, name) => {
      signal.removeEventListener('abort', forward);
      if (signal.aborted) return reject(signal.reason as Error);
      if (code === 0) return resolve();
      reject(
        new RegadmError(`the prune of images that --prune-images ran ended with ${name ?? `exit status ${code}`}`, {
          code: 'PRUNE_IMAGES_FAILED',
          suggestions: ['see its messages above; the hard prune was not begun'],
        }),
      );
    });
  });
}
