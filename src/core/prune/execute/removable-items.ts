import { describeReason } from '../../graph/reason.js';
import type { ImageStream, TagItem } from '../../model/table/snapshot.js';
import { STATUS, type StreamOutcome } from '../outcome.js';
import type { PlannedItem, PlannedStream } from '../plan/plan.js';
import { itemPlaces, plannedNames, type ItemPlace } from './item-places.js';
import type { Run } from './run.js';

/** One update of a stream. Items are numbers of the planned stream's items. */
export interface Step {
  /** Items that the update removes. */
  batch: number[];
  /** Items that an update whose response was lost has removed. */
  removedBefore: number[];
  /** True if other items remain for a further update. */
  more: boolean;
  /** Items that an update of this step or an earlier one requested to remove. */
  sent: Set<number>;
}

/** A planned item (by its number) and its current position in the stream. */
export interface RemovableItem extends ItemPlace {
  index: number;
}

/**
 * Finds the planned items that a stream still lists and that may still be removed. The others are noted as gone or
 * skipped; those that an update whose response was lost has removed are noted in `step`.
 * @throws RegadmError INVALID_REFERENCES if a new reference cannot be parsed
 */
export function findRemovable(
  run: Run,
  { planned, outcome, step }: { planned: PlannedStream; outcome: StreamOutcome; step: Step },
  stream: ImageStream,
): RemovableItem[] {
  const places = itemPlaces(stream);
  const names = plannedNames(planned);
  const wasRecreated = stream.uid !== planned.stream.uid;
  step.removedBefore = [];
  const removable: RemovableItem[] = [];
  const skip = (index: number, note: string): void => {
    outcome.items[index] = STATUS.skipped;
    outcome.note = note;
    run.blocked.set(planned.items[index]!.image, note);
  };
  planned.items.forEach((item, index) => {
    if (outcome.items[index] === STATUS.deleted) return;
    const place = wasRecreated ? undefined : places.get(names[index]!);
    outcome.items[index] = STATUS.planned;
    if (place) {
      const unsaved = whyUnsaved(run, planned, index);
      const verdict = run.ports.view.item(stream, place.tag, place.position);
      if (unsaved !== undefined) skip(index, unsaved);
      else if (verdict.kept) skip(index, describeReason(verdict.because));
      else removable.push({ index, ...place });
    } else if (isListedAgain(stream, planned, item)) {
      skip(
        index,
        `the ${wasRecreated ? 'image stream was deleted and created again' : 'tag was changed'} in the meantime`,
      );
    } else {
      outcome.items[index] = STATUS.gone;
      // Our own update removed the item if its response was lost and the digest is in the annotation.
      if (step.sent.has(index) && !wasRecreated && stream.pending.includes(item.image)) step.removedBefore.push(index);
    }
  });
  return removable;
}

/** Returns why a planned item must be kept although it is still removable: it, or its image, was not saved. */
function whyUnsaved({ unsaved }: Run, { repository, items }: PlannedStream, index: number): string | undefined {
  return unsaved.items.get(repository)?.get(index) ?? unsaved.images.get(items[index]!.image);
}

/** True if a tag lists a planned item's image with an item that is newer than the plan. */
function isListedAgain(stream: ImageStream, planned: PlannedStream, { tag, image }: PlannedItem): boolean {
  const itemsIn = ({ tags }: ImageStream): readonly TagItem[] => tags.find(({ name }) => name === tag)?.items ?? [];
  const before = stream.uid === planned.stream.uid ? itemsIn(planned.stream) : [];
  const isNew = (created: number): boolean =>
    !before.some((item) => item.image === image && Object.is(item.created, created));
  return itemsIn(stream).some((item) => item.image === image && isNew(item.created));
}
