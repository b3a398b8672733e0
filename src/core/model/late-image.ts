import type { Failure } from './document.js';
import { messageOf } from './errors.js';

/** Maximum number of blobs that a message names. */
const NAMED = 3;

/** An image that was pushed while a run deleted blobs. */
interface LateImage {
  name: string;
  /** `NAMESPACE/STREAM:TAG`, if it is known. */
  tag?: string;
}

/**
 * Describes an image that needs blobs which the run has deleted.
 * @param blobs digests of these blobs
 * @param isConfirmed false if the deletion of one of them was not confirmed, so it can exist
 */
export function lateImageFailure(image: LateImage, blobs: readonly string[], isConfirmed = true): Failure {
  const more = blobs.length > NAMED ? ` and ${blobs.length - NAMED} more` : '';
  const needed = `blob ${blobs.slice(0, NAMED).join(', ')}${more}`;
  const did = isConfirmed ? 'has deleted' : 'may have deleted';
  return toFailure(image, `needs ${needed}, which the run ${did}: push the image again`);
}

/**
 * Describes an image whose blobs are not known.
 * @param problem why its manifest cannot be read
 */
export function uncheckedImageFailure(image: LateImage, problem: string): Failure {
  return toFailure(
    image,
    `cannot be checked: which blobs it needs is not known, so the run may have deleted some of them (${problem}); push the image again`,
  );
}

/** The first words of the messages about late images. */
const ABOUT_LATE_IMAGE = { one: 'pushed', unknown: 'whether images that were pushed' };

function toFailure({ name, tag }: LateImage, what: string): Failure {
  const where = tag === undefined ? '' : ` to ${tag}`;
  return { target: `image ${name}`, message: `${ABOUT_LATE_IMAGE.one}${where} during the run, and ${what}` };
}

/**
 * Sorts the failures about late images before the others, whose order stays. The next run tries the others again, but
 * nothing names a late image later.
 */
export function lateImagesFirst(failures: readonly Failure[]): Failure[] {
  const isLate = ({ message }: Failure): boolean =>
    Object.values(ABOUT_LATE_IMAGE).some((words) => message.startsWith(`${words} `));
  return [...failures.filter(isLate), ...failures.filter((failure) => !isLate(failure))];
}

/** Describes that the images which were pushed during a run cannot be looked at. */
export function lateImagesUnknown(error: unknown): Failure {
  return {
    target: 'the run',
    message: `${ABOUT_LATE_IMAGE.unknown} during the run need deleted blobs is unknown: ${messageOf(error)}`,
    suggestions: [
      'push the images again that were pushed during the run (oc get images --sort-by=.metadata.creationTimestamp shows the newest ones last)',
    ],
  };
}
