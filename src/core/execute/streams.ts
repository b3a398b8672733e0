import { streamKey } from '../model/image-stream.js';
import { describeReason } from '../graph/reason.js';
import type { KubeObject } from '../model/kube.js';
import { readPending } from '../model/pending.js';
import type { ImageStream } from '../model/snapshot.js';
import type { PlannedStream } from '../plan/image-prune.js';
import { createdAt } from '../plan/plan-file.js';
import { STATUS, type StreamOutcome } from '../plan/report.js';
import { pruneLinks } from './links.js';
import { forEach, type Run } from './run.js';
import { changeStream, itemKey, roomForPending, withPending, withoutItems } from './update-stream.js';

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
    failStream(run, planned, outcome, run.fail(`image stream ${key}`, error));
    return;
  }
  if (!run.ports.registry || !current) return;
  const left = [...new Set([...removed, ...current.pending, ...planned.pending])];
  const listed = new Set(current.tags.flatMap(({ items }) => items.map(({ image }) => image)));
  const finished = await pruneLinks(run, planned, outcome, left.filter((digest) => !listed.has(digest)));
  await strike(run, key, finished);
  // A stream that only had links left of an earlier run is done with when those are.
  if (planned.items.length === 0 && run.goesOn) outcome.status = finished.size === left.length ? STATUS.deleted : STATUS.failed;
}

/**
 * Takes the planned items out of the stream, in several updates where the annotation has no room for all.
 * @param removed gets the digests of images that the stream does not list any more
 * @returns the stream as it is afterwards; undefined when it is gone or the run is to end
 */
async function removeItems(run: Run, planned: PlannedStream, outcome: StreamOutcome, removed: Set<number>): Promise<ImageStream | undefined> {
  const key = streamKey(planned.stream);
  let current: ImageStream | undefined = run.ports.view.stream(key) ?? planned.stream;
  for (let more = planned.items.length > 0; more; ) {
    if (!(await run.ready())) return undefined;
    const step: Step = { batch: [], done: [], more: false };
    current = await changeStream(run, key, (object, stream) => planStep(run, planned, outcome, step, object, stream));
    if (!current) return streamGone(planned, outcome);
    if (step.batch.some((index) => stillListed(current!, planned, index))) return undefined;
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
    if (more && run.ports.registry) await strike(run, key, await pruneLinks(run, planned, outcome, imagesOf(planned, step.batch), true));
  }
  settleStatus(planned, outcome);
  return current;
}

/** One update of a stream: the items that it takes out, those that an update whose answer was lost took out, and whether others remain. */
interface Step {
  batch: number[];
  done: number[];
  more: boolean;
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
  step.batch = run.ports.registry ? removable.slice(0, Math.max(1, roomForPending(object))) : removable;
  step.more = step.batch.length < removable.length;
  return step.batch.length === 0 ? undefined : updated(run, object, planned, step.batch);
}

function imagesOf(planned: PlannedStream, batch: number[]): number[] {
  return batch.map((index) => planned.items[index]!.image);
}

/** Planned items that the stream still has and that still may go; marks the others as gone or skipped. */
function stillRemovable(run: Run, planned: PlannedStream, stream: ImageStream, outcome: StreamOutcome, step: Step): number[] {
  const positions = new Map<string, { tag: number; position: number; created: number }>();
  stream.tags.forEach((tag, tagIndex) =>
    tag.items.forEach(({ image, created }, position) => positions.set(itemKey(tag.name, image), { tag: tagIndex, position, created })),
  );
  const recreated = stream.uid !== planned.stream.uid;
  step.done = [];
  const found: number[] = [];
  planned.items.forEach((item, index) => {
    if (outcome.items[index] === STATUS.deleted) return;
    const at = positions.get(itemKey(item.tag, item.image));
    outcome.items[index] = STATUS.planned;
    if (!at || recreated) {
      outcome.items[index] = STATUS.gone;
      // An update of ours whose answer was lost has left its digests in the annotation.
      if (!recreated && stream.pending.includes(item.image)) step.done.push(index);
      return;
    }
    const verdict = run.ports.view.item(stream, at.tag, at.position);
    const changed = at.created !== createdAt(planned.stream, item.tag, item.position);
    if (!verdict.kept && !changed) return void found.push(index);
    outcome.items[index] = STATUS.skipped;
    outcome.note = verdict.kept ? describeReason(verdict.because) : 'the tag was changed meanwhile';
    run.heldBack.set(item.image, outcome.note);
  });
  return found;
}

function updated(run: Run, object: KubeObject, planned: PlannedStream, batch: number[]): KubeObject {
  const { digests } = run.plan.snapshot;
  const going = new Map(batch.map((index) => [`${planned.items[index]!.tag} ${digests.text(planned.items[index]!.image)}`, index]));
  const changed = withoutItems(object, (tag, image) => going.has(`${tag} ${image}`));
  if (!run.ports.registry) return changed;
  const left = batch.map((index) => planned.items[index]!).filter(({ because }) => because.rule !== 'no-image');
  const pending = new Set([...readPending(object.metadata.annotations), ...left.map(({ image }) => digests.text(image))]);
  return withPending(changed, pending);
}

function stillListed(stream: ImageStream, planned: PlannedStream, index: number): boolean {
  const { tag, image } = planned.items[index]!;
  return stream.tags.some(({ name, items }) => name === tag && items.some((item) => item.image === image));
}

function auditItem(run: Run, planned: PlannedStream, index: number): object {
  const { tag, position, image } = planned.items[index]!;
  return { tag, position, image: run.plan.snapshot.digests.text(image) };
}

/** A stream that does not exist any more lists nothing; what its repository holds only a hard prune can reach. */
function streamGone(planned: PlannedStream, outcome: StreamOutcome): undefined {
  outcome.status = STATUS.gone;
  planned.items.forEach((_item, index) => (outcome.items[index] = STATUS.gone));
  outcome.layerLinks.fill(STATUS.gone);
  outcome.manifestLinks.fill(STATUS.gone);
  return undefined;
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
  const held = (codes: Uint8Array): void => codes.forEach((code, index) => code === STATUS.planned && (codes[index] = STATUS.skipped));
  held(outcome.layerLinks);
  held(outcome.manifestLinks);
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
