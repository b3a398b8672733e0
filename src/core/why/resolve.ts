import { RegadmError, usageError } from '../model/errors.js';
import { parseImageReference } from '../model/image-reference.js';
import { streamKey } from '../model/image-stream.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { ofNamespace, suggestNamespace } from './resolve-namespace.js';

/** What an argument of `prune why` names. Numbers are indexes in the snapshot. */
export type Subject =
  | { kind: 'namespace'; namespace: string; streams: number[]; stream?: undefined }
  | { kind: 'image'; digest: number; stream?: number }
  | { kind: 'tag'; stream: number; tag: number }
  | { kind: 'stream'; stream: number };

/** Returns the images (digest numbers) that a subject comprises. */
export function digestsOf(snapshot: Pick<Snapshot, 'streams'>, subject: Subject): number[] {
  if (subject.kind === 'image') return [subject.digest];
  const ofStreams = subject.kind === 'namespace' ? subject.streams : [subject.stream];
  const tags = ofStreams.flatMap((stream) => snapshot.streams[stream]!.tags);
  const wanted = subject.kind === 'tag' ? [tags[subject.tag]!] : tags;
  return [...new Set(wanted.flatMap(({ items }) => items.map(({ image }) => image)))];
}

/** A digest or its beginning. Without the algorithm, fewer than four digits are the name of an image stream. */
const HEX = /^(?:sha256:([0-9a-f]{1,64})|([0-9a-f]{4,64}))$/;
/** An image of an image stream by its digest without the algorithm, or by the beginning of its digest. */
const IN_STREAM = /^([^@]+)@((?:sha256:)?[0-9a-f]{4,64})$/i;

/**
 * Finds what an argument names: `sha256:…` or the beginning of one, `namespace/`, `namespace/stream`,
 * `namespace/stream:tag`, `namespace/stream@sha256:…` (with or without a host), or a stream's bare name if it is
 * unique.
 * @throws RegadmError NOT_FOUND, AMBIGUOUS with similar names; USAGE for any other argument
 */
export function resolve(snapshot: Snapshot, argument: string, namespace?: string): Subject {
  const text = lowerCaseDigest(argument.trim());
  if (/^sha(256|384|512):$/.test(text))
    throw usageError(`"${argument}" does not name an image: its digits are missing`, ['write sha256:…']);
  if (/^sha(256|384|512):/.test(text)) return ofDigest(snapshot, text);
  if (text.endsWith('/')) return ofNamespace(snapshot, text, namespace);
  const [, named, digest] = IN_STREAM.exec(text) ?? [];
  const parsed = parseImageReference(named ?? text);
  if (typeof parsed === 'string') {
    throw usageError(`"${argument}" does not name an image, image stream or tag: ${parsed}`, [
      'write sha256:…, NAMESPACE/, NAMESPACE/STREAM, NAMESPACE/STREAM:TAG or NAMESPACE/STREAM@sha256:…',
    ]);
  }
  const stream = findStream(snapshot, parsed, namespace);
  if (stream === undefined) {
    if (parsed.namespace === '' && HEX.test(text)) return ofDigest(snapshot, text);
    throw noStream(snapshot, parsed, namespace);
  }
  const image = digest ?? parsed.digest;
  if (image !== '') return { ...ofDigest(snapshot, image, stream), stream };
  return parsed.tag === '' ? { kind: 'stream', stream } : ofTag(snapshot, stream, parsed.tag);
}

/** Digests are printed in lower case, and copied from programs that do not. */
function lowerCaseDigest(text: string): string {
  if (/^(?:sha(?:256|384|512):)?[0-9a-f]+$/i.test(text)) return text.toLowerCase();
  return text.replace(/@(?:sha(?:256|384|512):)?[0-9a-f]+$/i, (digest) => digest.toLowerCase());
}

/** @param stream if only one of the images that begin like this is in it, that one is meant */
function ofDigest(snapshot: Snapshot, text: string, stream?: number): Extract<Subject, { kind: 'image' }> {
  const { digests, images } = snapshot;
  const [, prefixed, bare] = HEX.exec(text) ?? [];
  const hex = prefixed ?? bare;
  const known = digests.find(bare?.length === 64 ? `sha256:${bare}` : text);
  if (known !== -1 && (images.indexOf(known) !== -1 || isListed(snapshot, known)))
    return { kind: 'image', digest: known };
  const all = hex === undefined || hex.length === 64 ? [] : beginningWith(snapshot, `sha256:${hex}`);
  const inStream = stream === undefined ? [] : all.filter((digest) => isListed(snapshot, digest, stream));
  const found = inStream.length > 0 ? inStream : all;
  if (found.length === 1) return { kind: 'image', digest: found[0]! };
  if (found.length > 1) throw ambiguous(snapshot, text, found);
  const suggestions =
    known === -1
      ? nearDigests(snapshot, text)
      : ['this digest is a layer or config of an image; name the image instead'];
  throw new RegadmError(`image ${text} does not exist`, { code: 'NOT_FOUND', suggestions });
}

/** How many of several images are shown. */
const SHOWN = 5;

function ambiguous({ digests }: Snapshot, text: string, found: readonly number[]): RegadmError {
  const names = found.slice(0, SHOWN).map((digest) => digests.text(digest));
  const more = found.length > SHOWN ? [`or one of ${found.length - SHOWN} others? write more digits`] : [];
  return new RegadmError(`"${text}" matches ${found.length} images`, {
    code: 'AMBIGUOUS',
    suggestions: [...names.map((name) => `is it ${name}?`), ...more],
  });
}

function beginningWith({ images, digests, streams }: Snapshot, prefix: string): number[] {
  const found = new Set<number>();
  for (let image = 0; image < images.count; image++)
    if (images.nameText(image).startsWith(prefix)) found.add(images.name(image));
  for (const { tags } of streams) {
    for (const { items } of tags)
      for (const { image } of items) if (!found.has(image) && digests.text(image).startsWith(prefix)) found.add(image);
  }
  return [...found];
}

/** @param stream default: any image stream */
function isListed({ streams }: Snapshot, digest: number, stream?: number): boolean {
  const searched = stream === undefined ? streams : [streams[stream]!];
  return searched.some(({ tags }) => tags.some(({ items }) => items.some(({ image }) => image === digest)));
}

/** Suggests images with the same beginning, for a digest that was copied with an error. */
function nearDigests(snapshot: Snapshot, text: string): string[] {
  const hex = text.replace(/^sha256:/, '');
  for (let length = Math.min(hex.length - 1, 12); length >= 6; length--) {
    const found = beginningWith(snapshot, `sha256:${hex.slice(0, length)}`);
    if (found.length > 0) return found.slice(0, 3).map((digest) => `did you mean ${snapshot.digests.text(digest)}?`);
  }
  return ['oc get images lists what there is'];
}

interface Named {
  namespace: string;
  name: string;
}

function findStream({ streams }: Snapshot, named: Named, namespace?: string): number | undefined {
  const wanted = named.namespace || namespace;
  const found = [...streams.keys()].filter(
    (at) => streams[at]!.name === named.name && (wanted === undefined || streams[at]!.namespace === wanted),
  );
  if (found.length < 2) return found[0];
  throw new RegadmError(`there are ${found.length} image streams named ${named.name}`, {
    code: 'AMBIGUOUS',
    suggestions: found.slice(0, 5).map((at) => `is it ${streamKey(streams[at]!)}?`),
  });
}

function noStream({ streams }: Snapshot, named: Named, namespace?: string): RegadmError {
  const wanted = named.namespace || namespace;
  const text = wanted ? `${wanted}/${named.name}` : named.name;
  const names = streams.map((stream) => ({ key: streamKey(stream), as: wanted ? streamKey(stream) : stream.name }));
  const near = nearest(
    text,
    names.map(({ as }) => as),
  );
  const suggestions = [
    ...(wanted ? [] : suggestNamespace(streams, named.name)),
    ...names.filter(({ as }) => near.includes(as)).map(({ key }) => `did you mean ${key}?`),
  ];
  return new RegadmError(`image stream ${text} does not exist`, {
    code: 'NOT_FOUND',
    suggestions: suggestions.length > 0 ? suggestions.slice(0, 3) : ['oc get imagestreams -A lists what there is'],
  });
}

function ofTag({ streams }: Snapshot, stream: number, tag: string): Subject {
  const { tags } = streams[stream]!;
  const at = tags.findIndex(({ name }) => name === tag);
  if (at !== -1) return { kind: 'tag', stream, tag: at };
  const key = streamKey(streams[stream]!);
  const near = nearest(
    tag,
    tags.map(({ name }) => name),
  );
  const existing = tags.slice(0, 10).map(({ name }) => name);
  throw new RegadmError(`image stream ${key} has no tag ${tag}`, {
    code: 'NOT_FOUND',
    suggestions:
      near.length > 0
        ? near.map((name) => `did you mean ${key}:${name}?`)
        : [
            existing.length > 0
              ? `it has ${existing.join(', ')}${tags.length > 10 ? ', …' : ''}`
              : 'it has no tags at all',
          ],
  });
}

/** Finds up to three similar names: few letters differ, or one contains the other. */
function nearest(wanted: string, names: string[]): string[] {
  const scored = [...new Set(names)].map((name) => ({
    name,
    score: name.includes(wanted) || wanted.includes(name) ? 1 : distance(wanted, name),
  }));
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return scored
    .filter(({ score }) => score <= limit)
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Counts letters to insert, delete or replace (Levenshtein distance). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
