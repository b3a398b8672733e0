import { createHash } from 'node:crypto';
import { isDigest, type Digest } from '../model/digest.js';
import type { KubeObject } from '../model/kube.js';
import { isObjectName } from '../model/names/object-name.js';
import { isRepositoryName, type RepositoryName } from '../model/names/repository-name.js';
import { isStreamSettings, type StreamSettings } from '../model/stream-settings.js';
import { isRecord } from '../model/values/json.js';

/** An Image object that a run saved. */
export interface SavedImage {
  /** The object as the API server returned it, labels and annotations included. Its name is a digest. */
  object: KubeObject & { metadata: { name: Digest } };
  /** True if its manifest, and every blob that the manifest names, is in `blobs/`. */
  hasContent: boolean;
}

/** The tag items that a run removed from an image stream. */
export interface SavedStream {
  /** `namespace/name` */
  repository: RepositoryName;
  uid: string;
  /** What a restore creates the stream with if it no longer exists. */
  settings?: StreamSettings;
  items: SavedItem[];
  /** Entries of `spec.tags` that the run deletes because their tags expire, as the API server returned them. */
  specTags?: Record<string, unknown>[];
}

/** A tag item of an image stream, as its status listed it. */
export interface SavedItem {
  tag: string;
  /** 0 is the newest item of the tag. */
  position: number;
  image: Digest;
  /** RFC 3339 */
  created: string;
  generation?: number;
  /** `dockerImageReference` */
  reference: string;
}

/** An entry of `index.json`. */
export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
  annotations?: Record<string, string>;
}

/** The records of each file of a run. */
export interface RecordTypes {
  image: SavedImage;
  stream: SavedStream;
  descriptor: Descriptor;
}

export type RecordKind = keyof RecordTypes;

const CHECKS: { [Kind in RecordKind]: (value: unknown) => value is RecordTypes[Kind] } = {
  image: isSavedImage,
  stream: isSavedStream,
  descriptor: isDescriptor,
};

const LINE = /^\{"sha256":"([0-9a-f]{64})","record":(.*)\}$/s;

/** Formats a record as a line of JSON that contains the checksum of the record's text. */
export function formatRecord(record: object): string {
  const text = JSON.stringify(record);
  return `{"sha256":"${checksum(text)}","record":${text}}\n`;
}

/** Parses a line of `formatRecord`. @throws Error if it is damaged */
export function parseLine(line: string): unknown {
  const [, expected, text] = LINE.exec(line) ?? [];
  if (text === undefined) throw new Error('it is not a record');
  if (checksum(text) !== expected) throw new Error('its checksum does not match');
  return JSON.parse(text) as unknown;
}

/** Parses a line with a record of a kind. @throws Error if it is damaged, or another record */
export function parseRecord<Kind extends RecordKind>(kind: Kind, line: string): RecordTypes[Kind] {
  const record = parseLine(line);
  const isExpected: (value: unknown) => value is RecordTypes[Kind] = CHECKS[kind];
  if (isExpected(record)) return record;
  throw new Error('it is not the expected record');
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isSavedImage(value: unknown): value is SavedImage {
  return (
    isRecord(value) &&
    typeof value.hasContent === 'boolean' &&
    isRecord(value.object) &&
    value.object.kind === 'Image' &&
    isRecord(value.object.metadata) &&
    isDigestText(value.object.metadata.name)
  );
}

function isSavedStream(value: unknown): value is SavedStream {
  return (
    isRecord(value) &&
    typeof value.repository === 'string' &&
    /^[^/]+\/[^/]+$/.test(value.repository) &&
    isRepositoryName(value.repository) &&
    typeof value.uid === 'string' &&
    (value.settings === undefined || isStreamSettings(value.settings)) &&
    (value.specTags === undefined || (Array.isArray(value.specTags) && value.specTags.every(isRecord))) &&
    Array.isArray(value.items) &&
    value.items.every(isSavedItem)
  );
}

function isSavedItem(value: unknown): value is SavedItem {
  return (
    isRecord(value) &&
    isObjectName(value.tag) &&
    Number.isSafeInteger(value.position) &&
    (value.position as number) >= 0 &&
    isDigestText(value.image) &&
    typeof value.created === 'string' &&
    (value.generation === undefined || Number.isSafeInteger(value.generation)) &&
    typeof value.reference === 'string'
  );
}

/** Returns true for an entry of `index.json` in parsed JSON. */
export function isDescriptor(value: unknown): value is Descriptor {
  return (
    isRecord(value) &&
    typeof value.mediaType === 'string' &&
    isDigestText(value.digest) &&
    Number.isSafeInteger(value.size) &&
    (value.annotations === undefined ||
      (isRecord(value.annotations) && Object.values(value.annotations).every((text) => typeof text === 'string')))
  );
}

function isDigestText(value: unknown): value is Digest {
  return typeof value === 'string' && isDigest(value);
}
