import { streamKey } from '../../model/image-stream.js';
import type { ImagePrunePlan } from '../plan/plan.js';

interface Place {
  stream: number;
  tag: string;
  others: number;
}

/**
 * Returns a function that describes where an image (by number) was: the first tag item that the plan removes and the
 * number of further ones, or the repository of its reference.
 * @param wanted the images to look up; a shortened table needs few
 */
export function placesOf(plan: ImagePrunePlan, wanted: readonly number[]): (image: number) => string {
  const { images } = plan.snapshot;
  const places = new Map<number, Place | undefined>(wanted.map((image) => [images.name(image), undefined]));
  plan.streams.forEach(({ items }, stream) => {
    for (const { image, tag } of items) {
      if (!places.has(image)) continue;
      const known = places.get(image);
      if (known) known.others++;
      else places.set(image, { stream, tag, others: 0 });
    }
  });
  return (image) => {
    const place = places.get(images.name(image));
    if (!place) return untaggedPlace(images.reference(image));
    const where = `${streamKey(plan.streams[place.stream]!.stream)}:${place.tag}`;
    return place.others === 0 ? where : `${where} and ${place.others} more`;
  };
}

/**
 * Describes an image without a tag item: `host:5000/ns/app@sha256:…` was pushed to ns/app. Any other reference is shown
 * as a whole, because secrets such as the user of a URL are recognized by what is around them.
 */
function untaggedPlace(reference: string): string {
  if (reference === '') return 'no tag';
  const repository = /^(?:[^/]*[.:][^/]*\/)?([a-z0-9][\w./-]*(?::[\w.-]+)?)(?:@|$)/.exec(reference)?.[1];
  return `${repository ?? reference} (no tag)`;
}
