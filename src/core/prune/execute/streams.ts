import type { ImageStream } from '../../model/table/snapshot.js';
import { STATUS, type StatusCode, type StreamOutcome } from '../outcome.js';
import type { PlannedStream } from '../plan/plan.js';
import type { RegistryDeletions } from '../ports.js';
import { clearPending } from './clear-pending.js';
import { deleteEmptiedTags, settleExpired } from './expired-tags.js';
import { pruneLinks, STREAM_GONE } from './links.js';
import { removeItems } from './remove-items.js';
import type { Run } from './run.js';

/**
 * Executes the part of the plan for image streams. For each stream, in this order:
 *  1. look again, read it, remove those planned items that may still be removed, and in the same update note their
 *     digests in the annotation `regadm/pending`: from here on, every next run finds what is left to do;
 *  2. delete the tags of its spec that expire and have no items any longer, which `regadm/pending-tags` names;
 *  3. delete its layer links, then its manifest links (the registry refuses those while the stream lists the image);
 *  4. remove the annotations.
 * A stream whose update fails keeps its images, its links and their blobs: it still lists them.
 */
export async function pruneStreams(run: Run): Promise<void> {
  const { reporter } = run.ports;
  reporter.phase('updating image streams', run.plan.streams.length);
  await run.forEach(run.plan.streams, async (planned, index) => {
    await pruneStream(run, planned, run.outcome.streams[index]!);
    reporter.tick(1);
  });
}

async function pruneStream(run: Run, planned: PlannedStream, outcome: StreamOutcome): Promise<void> {
  const key = planned.repository;
  const removed = new Set<number>();
  let current: ImageStream | undefined;
  try {
    const result = await removeItems(run, planned, outcome, removed);
    if (result === 'gone') noteGone(outcome);
    else if (result) {
      await deleteEmptiedTags(run, { planned, outcome });
      current = run.ports.view.stream(key) ?? result;
    }
  } catch (error) {
    const message = run.fail(`image stream ${key}`, error, planned.stream.namespace);
    noteFailed(run, planned, outcome, message);
    await run.record({ action: 'update-image-stream', imageStream: key, result: 'failed', message });
    return;
  }
  if (run.ports.registry && current) await finishLinks(run, run.ports.registry, { planned, outcome, removed, current });
  else if (current) await clearPending(run, key, new Set());
  settleExpired({ planned, outcome });
  if (planned.items.length === 0 && planned.expired.length > 0) outcome.status = statusWithoutItems(planned, outcome);
}

/** Returns the status of a stream of which only tags and links are left that an interrupted run did not delete. */
function statusWithoutItems({ pending }: PlannedStream, { status, expired }: StreamOutcome): StatusCode {
  const codes = [...(expired as Iterable<StatusCode>), ...(pending.length > 0 ? [status] : [])];
  for (const code of [STATUS.failed, STATUS.planned, STATUS.deleted, STATUS.skipped])
    if (codes.includes(code)) return code;
  return STATUS.gone;
}

/** Deletes the links of the removed items, and of those that an interrupted run has removed. */
async function finishLinks(
  run: Run,
  registry: RegistryDeletions,
  stream: { planned: PlannedStream; outcome: StreamOutcome; removed: Set<number>; current: ImageStream },
): Promise<void> {
  const { planned, outcome, removed, current } = stream;
  // Digests that another run has added in the meantime are left for the next run: their links are not part of this
  // plan.
  const mayFinish = planned.pending.filter(
    (digest) => !run.unsaved.images.has(digest) && (removed.has(digest) || !keepsLinks(run, current, digest)),
  );
  const pending = [...new Set([...removed, ...mayFinish])];
  const listed = new Set(current.tags.flatMap(({ items }) => items.map(({ image }) => image)));
  const images = pending.filter((digest) => !listed.has(digest));
  const finished = await pruneLinks(run, registry, { planned, outcome, images });
  const done = pending.filter((digest) => finished.has(digest) || listed.has(digest));
  // The annotation has no effect for a digest that the stream lists again.
  const listedAgain = current.pending.filter((digest) => listed.has(digest));
  await clearPending(run, planned.repository, new Set([...done, ...listedAgain]));
  // A stream in the plan only for links of an interrupted run is finished when those are deleted.
  if (planned.items.length === 0 && run.isActive)
    outcome.status = finishedStatus(planned.pending.length > mayFinish.length, done.length === pending.length);
}

function finishedStatus(isKept: boolean, isDone: boolean): StatusCode {
  if (isKept) return STATUS.skipped;
  return isDone ? STATUS.deleted : STATUS.failed;
}

/**
 * True if the links of an image that an interrupted run has removed are kept now; if that cannot be known, the run
 * ends.
 */
function keepsLinks(run: Run, stream: ImageStream, digest: number): boolean {
  try {
    return run.ports.view.keepsLinks(stream, digest);
  } catch (error) {
    run.end(error);
    return true;
  }
}

/**
 * Notes that a stream no longer exists. It lists nothing, and the registry rejects every request for its repository.
 */
function noteGone(outcome: StreamOutcome): void {
  outcome.status = STATUS.gone;
  outcome.note = STREAM_GONE;
  replacePlanned(outcome.items, STATUS.gone);
  replacePlanned(outcome.expired, STATUS.gone);
  replacePlanned(outcome.layerLinks, STATUS.skipped);
  replacePlanned(outcome.manifestLinks, STATUS.skipped);
}

function noteFailed(run: Run, planned: PlannedStream, outcome: StreamOutcome, message: string): void {
  outcome.status = STATUS.failed;
  outcome.note = message;
  for (const { image } of planned.items)
    run.blocked.set(image, `its image stream ${planned.repository} could not be updated`);
  replacePlanned(outcome.items, STATUS.failed);
  replacePlanned(outcome.expired, STATUS.failed);
  replacePlanned(outcome.layerLinks, STATUS.skipped);
  replacePlanned(outcome.manifestLinks, STATUS.skipped);
}

/** Sets this status for everything that is still planned. */
function replacePlanned(codes: Uint8Array, status: StatusCode): void {
  codes.forEach((code, index) => code === STATUS.planned && (codes[index] = status));
}
