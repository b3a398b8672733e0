import { isDigest } from '../digest.js';
import { streamKey } from '../image-stream.js';
import { describeStreams } from '../names/describe-streams.js';
import { listInvalidNames } from '../names/invalid-names.js';
import { PENDING_ANNOTATION } from '../pending.js';
import { quote } from '../names/quote.js';
import type { ImageStream, SnapshotView } from './snapshot.js';

/** Maximum number of objects that warnings name, of each kind: tenants choose how many there are. */
const LISTED = 20;

/**
 * Describes what tenants have named in a way that is not valid: images, layers, configs, children, tag items, image
 * streams and the annotation of interrupted runs. Each line names the object, what happens to it and the remedy; their
 * number is limited.
 */
export function invalidNameWarnings(snapshot: SnapshotView): string[] {
  const { images, streams } = snapshot;
  return [
    ...limit(imageWarnings(snapshot), images.invalid.count, 'images have names that are not digests'),
    ...limitAll(itemWarnings(snapshot), 'image streams list names that are not digests'),
    ...limitAll(
      streams.filter(({ repositoryName }) => !repositoryName).map(describeStream),
      'image streams have names like it',
    ),
    ...limitAll(
      streams.filter(({ pendingProblem }) => pendingProblem !== undefined).map(describePending),
      'image streams have such an annotation',
    ),
  ];
}

function limitAll(lines: string[], what: string): string[] {
  return limit(lines, lines.length, what);
}

function limit(lines: string[], count: number, what: string): string[] {
  const shown = lines.slice(0, LISTED);
  return count > shown.length ? [...shown, `${count - shown.length} more ${what}`] : shown;
}

function imageWarnings(snapshot: SnapshotView): string[] {
  const { images } = snapshot;
  const listed = [...images.invalid.names].slice(0, LISTED);
  const streams = streamsListing(snapshot, new Set(listed.map(([image]) => images.name(image))));
  return listed.map(([image, names]) => {
    const text = images.nameText(image);
    const name = isDigest(text) ? text : quote(text);
    const where = describeStreams(streams.get(images.name(image)) ?? []);
    const effect = images.hasDigestName(image)
      ? 'which is not a digest and names no blob; push the image again, or delete it'
      : 'which is not a digest; the image and what it names are kept; delete it if nothing needs it';
    return `image ${name} (${where}) has ${listInvalidNames(names)}, ${effect}`;
  });
}

/** Returns the streams that list each of these images, by digest number. */
function streamsListing({ streams }: SnapshotView, wanted: ReadonlySet<number>): Map<number, string[]> {
  const found = new Map<number, Set<string>>();
  if (wanted.size === 0) return new Map();
  for (const stream of streams) {
    for (const { items } of stream.tags) {
      for (const { image } of items) {
        if (!wanted.has(image)) continue;
        found.set(image, (found.get(image) ?? new Set<string>()).add(describeStreamKey(stream)));
      }
    }
  }
  return new Map([...found].map(([image, keys]) => [image, [...keys]]));
}

function itemWarnings({ streams, digests }: SnapshotView): string[] {
  if (digests.invalidCount === 0) return [];
  return streams.flatMap((stream) => {
    const invalid = stream.tags.flatMap(({ name, items }) =>
      items.filter(({ image }) => !digests.isDigest(image)).map(({ image }) => ({ tag: name, image })),
    );
    const [first] = invalid;
    if (!first) return [];
    const more = invalid.length > 1 ? ` (and ${invalid.length - 1} more tag items like it)` : '';
    return [
      `image stream ${describeStreamKey(stream)}: tag ${quote(first.tag)} lists the image ${quote(digests.text(first.image))}${more}, which is not a digest; the tag item is kept; delete the tag if nothing needs it`,
    ];
  });
}

function describeStream(stream: ImageStream): string {
  return `image stream ${describeStreamKey(stream)} does not have the name of a repository; it is not changed; delete it if nothing needs it`;
}

function describePending(stream: ImageStream): string {
  return `image stream ${describeStreamKey(stream)}: in the annotation ${PENDING_ANNOTATION}, ${stream.pendingProblem}; it is ignored; remove it from the annotation`;
}

/** Returns `namespace/name` of a stream for a message. */
export function describeStreamKey(stream: ImageStream): string {
  return stream.repositoryName ?? quote(streamKey(stream));
}
