import { streamKey } from '../../model/image-stream.js';
import { describeReason } from '../../graph/reason.js';
import type { KubeObject } from '../../model/kube.js';
import { readPending } from '../../model/pending.js';
import type { ImageStream, TagItem } from '../../model/table/snapshot.js';
import type { PlannedItem, PlannedStream } from '../plan/plan.js';
import { STATUS, type StatusCode, type StreamOutcome } from '../report.js';
import { pruneLinks, STREAM_GONE } from './links.js';
import { forEach, type Run } from './run.js';
import { itemPlaces, plannedNames } from './item-places.js';
import { changeStream, roomForPending, withPending, withoutItems } from './update-stream.js';

/**
 * Carries out what the plan says of image streams. For each, in this order:
 *  1. look again, read it fresh, take the planned items out that may still go, and in the same update note their digests in the
 *     annotation `regadm/pending`: from here on every next run finds what is left to do;
 *  2. its layer links, then its manifest links (the registry refuses those while the stream lists the image);
 *  3. strike the annotation.
 * A stream whose update fails keeps its images, its links and their blobs: it still lists them.
 */
export async function pruneStreams(run: Run): Promise<void> {
  run.ports.phase?.('image streams', run.plan.streams.length);
  await forEach(run, run.plan.streams, async (planned, index) => {
    await pruneStream(run, planned, run.outcome.streams[index]!);
    run.ports.tick?.(1);
  });
}

async function pruneStream(run: Run, planned: PlannedStream, outcome: StreamOutcome): Promise<void> {
  const key = streamKey(planned.stream);
  const removed = new Set<number>();
  let current: ImageStream | undefined;
  try {
    current = await removeItems(run, planned, outcome, removed);
  } catch (error) {
    const message = run.fail(`image stream ${key}`, error);
    failStream(run, planned, outcome, message);
    await run.record({ action: 'update-image-stream', imageStream: key, result: 'failed', message });
    return;
  }
  if (!run.ports.registry || !current) return;
  // Only what this run took out, or found noted: the links of what another run has noted meanwhile are not known here.
  const left = [...new Set([...removed, ...planned.pending])];
  const listed = new Set(current.tags.flatMap(({ items }) => items.map(({ image }) => image)));
  const finished = await pruneLinks(
    run,
    planned,
    outcome,
    left.filter((digest) => !listed.has(digest)),
  );
  const done = left.filter((digest) => finished.has(digest) || listed.has(digest));
  // What is noted and listed again has become void.
  await strike(run, key, new Set([...done, ...current.pending.filter((digest) => listed.has(digest))]));
  // A stream that only had links left of an earlier run is done with when those are.
  if (planned.items.length === 0 && run.goesOn)
    outcome.status = done.length === left.length ? STATUS.deleted : STATUS.failed;
}

/**
 * Takes the planned items out of the stream, in several updates where the annotation has no room for all.
 * @param removed gets the digests of images whose items are not there any more
 * @returns the stream as it is afterwards; undefined when it is gone or the run is to end
 */
async function removeItems(
  run: Run,
  planned: PlannedStream,
  outcome: StreamOutcome,
  removed: Set<number>,
): Promise<ImageStream | undefined> {
  const key = streamKey(planned.stream);
  let current = run.ports.view.stream(key);
  if (!current) return streamGone(outcome);
  const sent = new Set<number>();
  for (let more = planned.items.length > 0; more;) {
    if (!(await run.ready())) return undefined;
    const step: Step = { batch: [], done: [], more: false, sent };
    const changed = await changeStream(run, key, (object, stream) =>
      planStep(run, planned, outcome, step, object, stream),
    );
    current = changed.stream;
    if (!current) return streamGone(outcome);
    if (step.batch.length > 0 && !changed.written) return undefined;
    const done = [...step.done, ...step.batch];
    for (const index of done) outcome.items[index] = STATUS.deleted;
    planned.items.forEach(({ image, because }, index) => {
      const code = outcome.items[index];
      if ((code === STATUS.deleted || code === STATUS.gone) && because.rule !== 'no-image') removed.add(image);
    });
    if (done.length > 0) {
      const items = done.map((index) => auditItem(run, planned, index));
      if (!(await run.record({ action: 'update-image-stream', imageStream: key, items }))) return undefined;
    }
    more = step.more;
    // Links of this batch go before the next one, so that the annotation has room again.
    if (more && run.ports.registry)
      await strike(run, key, await pruneLinks(run, planned, outcome, imagesOf(planned, done), true));
  }
  settleStatus(planned, outcome);
  return current;
}

/** One update of a stream: the items that it takes out, those that an update whose answer was lost took out, and whether others remain. */
interface Step {
  batch: number[];
  done: number[];
  more: boolean;
  /** Items that an update, of this step or before, was to take out. */
  sent: Set<number>;
}

function planStep(
  run: Run,
  planned: PlannedStream,
  outcome: StreamOutcome,
  step: Step,
  object: KubeObject,
  stream: ImageStream,
): KubeObject | undefined {
  const removable = stillRemovable(run, planned, stream, outcome, step);
  // What an index names goes with it or after it, not before: until then its links must stay.
  const isIndex = ({ index }: Found): boolean => run.plan.snapshot.images.isIndexOf(planned.items[index]!.image);
  const ordered = [...removable.filter(isIndex), ...removable.filter((item) => !isIndex(item))];
  const batch = run.ports.registry ? ordered.slice(0, Math.max(1, roomForPending(object))) : ordered;
  step.batch = batch.map(({ index }) => index);
  for (const index of step.batch) step.sent.add(index);
  step.more = batch.length < removable.length;
  return batch.length === 0 ? undefined : updated(run, object, planned, batch);
}

function imagesOf(planned: PlannedStream, batch: number[]): number[] {
  return batch.map((index) => planned.items[index]!.image);
}

/** A planned item and where the stream has it now. */
interface Found {
  /** Of the planned stream's items. */
  index: number;
  tag: number;
  position: number;
}

/** Planned items that the stream still has and that still may go; marks the others as gone or skipped. */
function stillRemovable(
  run: Run,
  planned: PlannedStream,
  stream: ImageStream,
  outcome: StreamOutcome,
  step: Step,
): Found[] {
  const present = itemPlaces(stream);
  const names = plannedNames(planned);
  const recreated = stream.uid !== planned.stream.uid;
  step.done = [];
  const found: Found[] = [];
  const skip = (index: number, note: string): void => {
    outcome.items[index] = STATUS.skipped;
    outcome.note = note;
    run.heldBack.set(planned.items[index]!.image, note);
  };
  planned.items.forEach((item, index) => {
    if (outcome.items[index] === STATUS.deleted) return;
    const at = recreated ? undefined : present.get(names[index]!);
    outcome.items[index] = STATUS.planned;
    if (at) {
      const verdict = run.ports.view.item(stream, at.tag, at.position);
      if (verdict.kept) skip(index, describeReason(verdict.because));
      else found.push({ index, ...at });
    } else if (listsAnew(stream, planned, item)) {
      skip(
        index,
        recreated ? 'the image stream was deleted and made again meanwhile' : 'the tag was changed meanwhile',
      );
    } else {
      outcome.items[index] = STATUS.gone;
      // An update of ours whose answer was lost has left its digests in the annotation.
      if (step.sent.has(index) && !recreated && stream.pending.includes(item.image)) step.done.push(index);
    }
  });
  return found;
}

/** Whether a tag lists a planned item's image by an item that was not there when the plan was made. */
function listsAnew(stream: ImageStream, planned: PlannedStream, { tag, image }: PlannedItem): boolean {
  const itemsIn = ({ tags }: ImageStream): TagItem[] => tags.find(({ name }) => name === tag)?.items ?? [];
  const before = stream.uid === planned.stream.uid ? itemsIn(planned.stream) : [];
  const isNew = (created: number): boolean =>
    !before.some((item) => item.image === image && Object.is(item.created, created));
  return itemsIn(stream).some((item) => item.image === image && isNew(item.created));
}

function updated(run: Run, object: KubeObject, planned: PlannedStream, batch: Found[]): KubeObject {
  const going = new Set(batch.map(({ tag, position }) => `${tag}/${position}`));
  const changed = withoutItems(object, (tag, position) => going.has(`${tag}/${position}`));
  if (!run.ports.registry) return changed;
  const { digests } = run.plan.snapshot;
  const left = batch.map(({ index }) => planned.items[index]!).filter(({ because }) => because.rule !== 'no-image');
  const pending = new Set([
    ...readPending(object.metadata.annotations),
    ...left.map(({ image }) => digests.text(image)),
  ]);
  return withPending(changed, pending);
}

function auditItem(run: Run, planned: PlannedStream, index: number): object {
  const { tag, position, image } = planned.items[index]!;
  return { tag, position, image: run.plan.snapshot.digests.text(image) };
}

/** A stream that does not exist any more lists nothing, and the registry lets nobody at its repository. */
function streamGone(outcome: StreamOutcome): undefined {
  outcome.status = STATUS.gone;
  outcome.note = STREAM_GONE;
  replacePlanned(outcome.items, STATUS.gone);
  replacePlanned(outcome.layerLinks, STATUS.skipped);
  replacePlanned(outcome.manifestLinks, STATUS.skipped);
  return undefined;
}

/** Gives what has not had its turn yet this status. */
function replacePlanned(codes: Uint8Array, status: StatusCode): void {
  codes.forEach((code, index) => code === STATUS.planned && (codes[index] = status));
}

function settleStatus(planned: PlannedStream, outcome: StreamOutcome): void {
  if (outcome.status === STATUS.deleted || planned.items.length === 0) return;
  const codes = [...outcome.items];
  if (codes.every((code) => code === STATUS.gone)) outcome.status = STATUS.gone;
  else if (codes.some((code) => code === STATUS.deleted)) outcome.status = STATUS.deleted;
  else if (codes.some((code) => code === STATUS.skipped)) outcome.status = STATUS.skipped;
}

function failStream(run: Run, planned: PlannedStream, outcome: StreamOutcome, message: string): void {
  outcome.status = STATUS.failed;
  outcome.note = message;
  planned.items.forEach(({ image }, index) => {
    if (outcome.items[index] === STATUS.planned) outcome.items[index] = STATUS.failed;
    run.heldBack.set(image, `its image stream ${streamKey(planned.stream)} could not be updated`);
  });
  replacePlanned(outcome.layerLinks, STATUS.skipped);
  replacePlanned(outcome.manifestLinks, STATUS.skipped);
}

/** Takes the digests whose links are gone out of the annotation. */
async function strike(run: Run, key: string, finished: Set<number>): Promise<void> {
  if (finished.size === 0) return;
  const { digests } = run.plan.snapshot;
  try {
    await changeStream(run, key, (object) => {
      const noted = readPending(object.metadata.annotations);
      const left = noted.filter((digest) => !finished.has(digests.intern(digest)));
      return left.length === noted.length ? undefined : withPending(object, left);
    });
  } catch (error) {
    run.fail(`image stream ${key}`, error);
  }
}
