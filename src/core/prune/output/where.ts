import { streamKey } from '../../model/image-stream.js';
import type { ImagePrunePlan } from '../plan/plan.js';

interface Place {
  stream: number;
  tag: string;
  others: number;
}

/**
 * Where images were: the first tag item that the plan takes from each and how many more there are, else the repository of its reference.
 * @param wanted image numbers; only these are looked up, so that a cut table costs nothing
 * @returns a function from image number to text
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
    if (!place) return withoutTag(images.reference(image));
    const where = `${streamKey(plan.streams[place.stream]!.stream)}:${place.tag}`;
    return place.others === 0 ? where : `${where} and ${place.others} more`;
  };
}

/** `host:5000/ns/app@sha256:…` was pushed to ns/app, and no tag item there lists it any more. */
function withoutTag(reference: string): string {
  const repository = reference.replace(/@.*$/, '').replace(/^[^/]*[.:][^/]*\//, '');
  return repository === '' ? 'no tag' : `${repository} (no tag)`;
}
