/**
 * The shape of a cluster of any size. Where an object is follows from its number, so that nothing has to be stored.
 * 100,000 images are 2,000 image streams with 80,000 tag items, 20,000 pods, 10,000 replica sets, 10,000 builds: 923 MB
 * of lists.
 */
export const IMAGES_PER_STREAM = 50;
export const TAGS = 4;
export const ITEMS_PER_TAG = 10;
const SHARED_LAYERS = 3;

/** Returns the number of objects of each kind. */
export function countsFor(images) {
  return {
    images,
    imagestreams: Math.ceil(images / IMAGES_PER_STREAM),
    pods: Math.round(images / 5),
    replicasets: Math.round(images / 10),
    builds: Math.round(images / 10),
  };
}

export const namespaceOf = (stream) => `team-${pad(Math.floor(stream / 10), 5)}`;
export const nameOf = (stream) => `app-${pad(stream, 6)}`;
export const pad = (number, width) => String(number).padStart(width, '0');

/** Every digest has a number: of an image's manifest, its config, its own layers, and its stream's shared layers. */
const DIGESTS_PER_IMAGE = 4;
export const manifestOf = (image) => image * DIGESTS_PER_IMAGE;
export const configOf = (image) => image * DIGESTS_PER_IMAGE + 1;
export const ownLayers = (image) => (image % 5 < 3 ? 2 : 1);

/** An image's layers, base layers first. */
export function layersOf(image) {
  const stream = Math.floor(image / IMAGES_PER_STREAM);
  const shared = Array.from({ length: SHARED_LAYERS }, (_, at) => 1e9 + stream * SHARED_LAYERS + at);
  const own = Array.from({ length: ownLayers(image) }, (_, at) => image * DIGESTS_PER_IMAGE + 2 + at);
  return [...shared, ...own];
}

/** The image at a place in a stream; no tag lists the last ten images of a stream. */
export const imageAt = (stream, tag, position) => stream * IMAGES_PER_STREAM + tag * ITEMS_PER_TAG + position;

const HEX = Buffer.from('0123456789abcdef');

/** Writes the 64 hexadecimal digits of a digest's number: reproducible, and distributed like real digests. */
export function writeDigest(number, target, at) {
  let state = (number ^ 0x9e3779b9) >>> 0;
  for (let word = 0; word < 8; word++) {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    mixed ^= mixed >>> 15;
    for (let shift = 28; shift >= 0; shift -= 4) target[at++] = HEX[(mixed >>> shift) & 15];
  }
}

export function digestText(number) {
  const hex = Buffer.alloc(64);
  writeDigest(number, hex, 0);
  return `sha256:${hex.toString('latin1')}`;
}
