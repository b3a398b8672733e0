import { remainingTags } from '../../graph/unfinished-tags.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import { updateStream } from './update-stream.js';
import type { Run } from './run.js';

/**
 * Removes from a stream's annotations the digests whose links are deleted, and the tags that are no longer to be
 * deleted. A failure is noted: the next run clears them.
 */
export async function clearPending(run: Run, key: RepositoryName, finished: ReadonlySet<number>): Promise<void> {
  const { view } = run.ports;
  if (finished.size === 0 && !view.stream(key)?.pendingTags) return;
  try {
    await updateStream(run, key, ({ state, stream }) => {
      const { pending, pendingTags = [] } = state.stream;
      const remaining = pending.filter((digest) => !finished.has(view.digests.find(digest)));
      const tags = remainingTags(stream);
      if (remaining.length === pending.length && tags.length === pendingTags.length) return undefined;
      return { pending: remaining, ...(tags.length === pendingTags.length ? {} : { pendingTags: tags }) };
    });
  } catch (error) {
    run.fail(`image stream ${key}`, error, key);
  }
}
