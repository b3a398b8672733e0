import type { RepositoryName } from '../../model/names/repository-name.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import type { StreamChange, StreamState } from '../ports.js';
import type { Run } from './run.js';

/** A stream as it is after an update: absent if it no longer exists; `written` if it was changed. */
interface UpdatedStream {
  stream?: ImageStream;
  written: boolean;
}

/**
 * Updates a stream, and stores every state that is read or written in the view. Every attempt looks at the cluster
 * again before it decides, and sends its request immediately after the decision.
 * @param decide undefined: change nothing
 * @throws RegadmError if the stream cannot be read or written, or whatever `decide` throws
 */
export async function updateStream(
  run: Run,
  key: RepositoryName,
  decide: (current: { state: StreamState; stream: ImageStream }) => StreamChange | undefined,
): Promise<UpdatedStream> {
  const { imageStreams, view } = run.ports;
  let current: ImageStream | undefined;
  const { stream, written } = await imageStreams.update(key, async (state) => {
    current = view.putStream(state.stream);
    return (await run.waitUntilFresh()) ? decide({ state, stream: current }) : undefined;
  });
  if (!stream) {
    view.removeStream(key);
    return { written: false };
  }
  return { stream: written ? view.putStream(stream) : current, written };
}
