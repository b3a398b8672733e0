import type { RepositoryName } from '../../model/names/repository-name.js';
import { updateStream } from './update-stream.js';
import type { Run } from './run.js';

/**
 * Removes the digests whose links are deleted from a stream's annotation. A failure is noted: the next run clears it.
 */
export async function clearPending(run: Run, key: RepositoryName, finished: ReadonlySet<number>): Promise<void> {
  if (finished.size === 0) return;
  const { digests } = run.ports.view;
  try {
    await updateStream(run, key, ({ state }) => {
      const { pending } = state.stream;
      const remaining = pending.filter((digest) => !finished.has(digests.find(digest)));
      return remaining.length === pending.length ? undefined : { pending: remaining };
    });
  } catch (error) {
    run.fail(`image stream ${key}`, error, key);
  }
}
