import type { ImageStream } from '../../model/table/snapshot.js';
import { STATUS, type StreamOutcome } from '../outcome.js';
import type { PlannedStream } from '../plan/plan.js';
import type { StreamChange, StreamState } from '../ports.js';
import { clearPending } from './clear-pending.js';
import { deleteEmptiedTags } from './expired-tags.js';
import { pruneLinks } from './links.js';
import { fitting, tagsToNote } from './pending-tags.js';
import { findRemovable, type RemovableItem, type Step } from './removable-items.js';
import type { Run } from './run.js';
import { updateStream } from './update-stream.js';

/**
 * Removes the planned items from a stream, in several updates if the annotation cannot hold all digests.
 * @param removed receives the digests of images whose items no longer exist
 * @returns the stream after the updates; `gone` if it no longer exists, undefined if the run ends
 * @throws RegadmError if the stream cannot be read or written
 */
export async function removeItems(
  run: Run,
  planned: PlannedStream,
  outcome: StreamOutcome,
  removed: Set<number>,
): Promise<ImageStream | 'gone' | undefined> {
  const key = planned.repository;
  let current = run.ports.view.stream(key);
  if (!current) return 'gone';
  const sent = new Set<number>();
  for (let more = planned.items.length > 0; more;) {
    if (!(await run.waitUntilFresh())) return undefined;
    const step: Step = { batch: [], removedBefore: [], more: false, sent };
    const update = await updateStream(run, key, ({ state, stream }) =>
      planStep(run, { planned, outcome, step }, state, stream),
    );
    current = update.stream;
    if (!current) return 'gone';
    if (step.batch.length > 0 && !update.written) return undefined;
    if (!(await noteRemoved(run, { planned, outcome, step }, removed))) return undefined;
    more = step.more;
    if (more) await finishBatch(run, { planned, outcome, step });
  }
  settleStatus(planned, outcome);
  return current;
}

/** The stream that a step belongs to. */
interface StepOf {
  planned: PlannedStream;
  outcome: StreamOutcome;
  step: Step;
}

/** Chooses the items of one update, as many as fit into the annotation. */
function planStep(
  run: Run,
  { planned, outcome, step }: StepOf,
  { pendingRoom, stream: record }: StreamState,
  stream: ImageStream,
): StreamChange | undefined {
  const removable = findRemovable(run, { planned, outcome, step }, stream);
  // The children of an index are removed with it or after it: until then, their links must be kept.
  const isIndex = ({ index }: RemovableItem): boolean =>
    run.plan.snapshot.images.isIndexOf(planned.items[index]!.image);
  const ordered = [...removable.filter(isIndex), ...removable.filter((item) => !isIndex(item))];
  const batch = fitting(planned, ordered, { room: pendingRoom, noteDigests: run.ports.registry !== undefined });
  step.batch = batch.map(({ index }) => index);
  for (const index of step.batch) step.sent.add(index);
  step.more = batch.length < removable.length;
  if (batch.length === 0) return undefined;
  const pending = run.ports.registry && new Set([...record.pending, ...pendingDigests(run, planned, step.batch)]);
  return { removeItems: batch, pending, pendingTags: tagsToNote(planned, batch, stream) };
}

/** Returns the digests of removed items whose links are to be deleted. */
function pendingDigests(run: Run, { items }: PlannedStream, batch: number[]): string[] {
  return batch
    .map((index) => items[index]!)
    .filter(({ because }) => because.rule !== 'no-image')
    .map(({ image }) => run.plan.snapshot.digests.text(image));
}

/** Notes what a step has removed, and records it. @returns whether the run continues */
async function noteRemoved(run: Run, { planned, outcome, step }: StepOf, removed: Set<number>): Promise<boolean> {
  const done = itemsOf(step);
  for (const index of done) outcome.items[index] = STATUS.deleted;
  planned.items.forEach(({ image, because }, index) => {
    const code = outcome.items[index];
    if ((code === STATUS.deleted || code === STATUS.gone) && because.rule !== 'no-image') removed.add(image);
  });
  if (done.length === 0) return true;
  const items = done.map((index) => {
    const { tag, position, image } = planned.items[index]!;
    return { tag, position, image: run.plan.snapshot.digests.text(image) };
  });
  return run.record({ action: 'update-image-stream', imageStream: planned.repository, items });
}

/** Deletes emptied tags and the links of a batch before the next batch, so that they can leave the annotations. */
async function finishBatch(run: Run, { planned, outcome, step }: StepOf): Promise<void> {
  const { registry } = run.ports;
  await deleteEmptiedTags(run, { planned, outcome });
  if (!registry) return clearPending(run, planned.repository, new Set());
  const images = itemsOf(step).map((index) => planned.items[index]!.image);
  const finished = await pruneLinks(run, registry, { planned, outcome, images, moreToCome: true });
  await clearPending(run, planned.repository, finished);
}

function itemsOf({ removedBefore, batch }: Step): number[] {
  return [...removedBefore, ...batch];
}

/** Derives the status of a stream from those of its items. */
function settleStatus(planned: PlannedStream, outcome: StreamOutcome): void {
  if (outcome.status === STATUS.deleted || planned.items.length === 0) return;
  const codes = [...outcome.items];
  if (codes.every((code) => code === STATUS.gone)) outcome.status = STATUS.gone;
  else if (codes.some((code) => code === STATUS.deleted)) outcome.status = STATUS.deleted;
  else if (codes.some((code) => code === STATUS.skipped)) outcome.status = STATUS.skipped;
}
