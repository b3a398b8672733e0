import { messageOf, RegadmError } from '../core/model/errors.js';
import type { ImagePruneRequest } from '../core/prune/request.js';
import type { OutputChoice } from './output/choice.js';
import type { Presentation } from './present.js';
import type { ClusterSession } from './session.js';

const NOT_STARTED = 'the hard prune was not started';

/** A run of `prune images` before another command. */
export interface ImagePruneFirst {
  request: ImagePruneRequest;
  confirm: boolean;
  /** How its result is printed. */
  output: OutputChoice;
}

/**
 * Runs `prune images` as the first part of another command. Its result goes to stderr, because stdout is the other
 * command's.
 * @throws RegadmError PRUNE_IMAGES_FAILED unless everything was pruned, because blobs of remaining images are in use;
 *   the signal's reason when it aborts
 */
export async function pruneImagesFirst(
  session: ClusterSession,
  first: ImagePruneFirst,
  presentation: Presentation,
): Promise<void> {
  const status = await run(session, first, presentation).catch((error: unknown) => {
    session.signal.throwIfAborted();
    throw new RegadmError(`prune images failed: ${messageOf(error)}`, {
      code: 'PRUNE_IMAGES_FAILED',
      suggestions: [...(error instanceof RegadmError ? error.suggestions : []), NOT_STARTED],
      cause: error,
      invalidReferences: error instanceof RegadmError ? error.invalidReferences : undefined,
    });
  });
  session.signal.throwIfAborted();
  if (status === 0) return;
  throw new RegadmError(`prune images ended with exit status ${status}`, {
    code: 'PRUNE_IMAGES_FAILED',
    suggestions: [`see its result above; ${NOT_STARTED}`],
  });
}

/** Returns the exit status that `prune images` would have. */
async function run(
  { api, reporter, signal }: ClusterSession,
  first: ImagePruneFirst,
  presentation: Presentation,
): Promise<number> {
  const [
    { stderr },
    { planOnly, pruneImages, toPrunePorts },
    { imagePruneOutput },
    { unlistedFailures },
    { hintsFor },
    { toExitStatus },
    { present },
  ] = await Promise.all([
    import('../core/terminal/writer.js'),
    import('../core/prune/index.js'),
    import('../core/prune/output/index.js'),
    import('../core/prune/output/unlisted-failures.js'),
    import('../core/prune/output/hints.js'),
    import('../core/prune/exit-status.js'),
    import('./present.js'),
  ]);
  // The other command reports an unfinished hard prune itself.
  const ports = { ...toPrunePorts(api), findUnfinishedHardPrune: async () => undefined };
  const report = await (first.confirm ? pruneImages : planOnly)(ports, first.request, reporter, signal);
  const { isQuiet } = stderr();
  if (!isQuiet) await present(report, { ...presentation, writer: stderr() }, imagePruneOutput);
  await stderr().lines(unlistedFailures(report, presentation.choice.output, isQuiet));
  for (const hint of hintsFor(report)) reporter.note(`hint: ${hint}`);
  if (report.refusal) throw report.refusal;
  return toExitStatus(report, false);
}
