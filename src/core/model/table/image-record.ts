import type { ImageRecord } from '../image.js';
import type { ImageTable } from './image-table.js';

/** Returns an image of a table as a record. */
export function recordOf(images: ImageTable, image: number): ImageRecord {
  const { digests } = images;
  const blobs: number[] = [];
  const children: string[] = [];
  images.eachBlob(image, (blob) => blobs.push(blob));
  images.eachChild(image, (child) => children.push(digests.text(child)));
  const config = images.config(image);
  return {
    name: images.nameText(image),
    uid: images.uid(image),
    created: images.created(image),
    managed: images.managed(image),
    reference: images.reference(image),
    size: images.size(image),
    config: config === -1 ? '' : digests.text(config),
    layers: blobs
      .slice(config === -1 ? 0 : 1)
      .map((blob) => ({ digest: digests.text(blob), size: images.blobSize(blob) })),
    children,
    oci: images.oci(image),
    hasPlatform: images.hasPlatform(image),
    ...(images.statesSubject(image) ? { subject: subjectOf(images, image) } : {}),
    unreadable: images.unreadable.get(image) ?? '',
  };
}

function subjectOf(images: ImageTable, image: number): string {
  const subject = images.statedSubjects.get(images.name(image));
  return subject === undefined ? '' : images.digests.text(subject);
}
