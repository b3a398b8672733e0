import {
  childrenOf,
  parseAnswer,
  requiredSize,
  requiredText,
  requiredTime,
  textOf,
  type XmlElement,
} from '../../http/xml.js';
import { MD5_LIMIT_BYTES, type OpenUpload, type StoredObject } from '../object-store.js';
import type { Page } from '../pages.js';

/** A page of a listing. */
export interface S3Page extends Page {
  objects: StoredObject[];
  prefixes: string[];
  uploads: OpenUpload[];
}

/** What was listed. */
interface Listed {
  bucket: string;
  prefix: string;
}

/**
 * Reads an answer to ListObjectsV2.
 * @param writtenSince objects that were written earlier are not read, except for the last one; in ms since the epoch
 * @throws Error if it is not one, is cut off, or does not belong to the bucket and the prefix
 */
export function parseObjects(body: Buffer, { bucket, prefix }: Listed, writtenSince?: number): S3Page {
  const { text, omitted } = writtenSince === undefined ? { text: body, omitted: 0 } : withoutOlder(body, writtenSince);
  const document = parseAnswer(text, 'ListBucketResult');
  const decode = decoderOf(document);
  assertBucket(textOf(document, 'Name'), bucket);
  assertPrefix(document, decode, prefix);
  const objects = childrenOf(document, 'Contents').map((entry) => toObject(entry, decode));
  const prefixes = childrenOf(document, 'CommonPrefixes').map((entry) => decode(requiredText(entry, 'Prefix')));
  const count = textOf(document, 'KeyCount');
  const size = objects.length + prefixes.length + omitted;
  if (count !== undefined && Number(count) !== size)
    throw new Error(`it states ${Number(count)} keys, but has ${size}`);
  const token = isTruncated(document) ? requiredText(document, 'NextContinuationToken') : undefined;
  const next = token === undefined ? undefined : { 'continuation-token': token };
  return checked({ objects, prefixes, uploads: [], next, size }, prefix);
}

function toObject(entry: XmlElement, decode: (text: string) => string): StoredObject {
  const bytes = requiredSize(entry, 'Size');
  const md5 = bytes <= MD5_LIMIT_BYTES ? textOf(entry, 'ETag')?.replaceAll('"', '') : undefined;
  const object = { key: decode(requiredText(entry, 'Key')), bytes, writtenAt: requiredTime(entry, 'LastModified') };
  return md5 === undefined ? object : { ...object, md5 };
}

/** Removes older objects from the text of a page: parsing it takes most of the time. Never removes the last one. */
function withoutOlder(body: Buffer, since: number): { text: Buffer; omitted: number } {
  const text = body.toString('utf8');
  const last = Math.max(0, text.lastIndexOf('<Contents>'));
  let omitted = 0;
  const left = text.slice(0, last).replace(/<Contents>[^]*?<\/Contents>/g, (entry) => {
    const time = Date.parse(/<LastModified>([^<]*)<\/LastModified>/.exec(entry)?.[1] ?? '');
    // A time that is not valid is an error when the entry is parsed.
    if (!(time < since)) return entry;
    omitted++;
    return '';
  });
  return { text: Buffer.from(left + text.slice(last)), omitted };
}

/** Reads an answer to ListMultipartUploads. @throws Error as `parseObjects` */
export function parseUploads(body: Buffer, { bucket, prefix }: Listed): S3Page {
  const document = parseAnswer(body, 'ListMultipartUploadsResult');
  const decode = decoderOf(document);
  assertBucket(textOf(document, 'Bucket'), bucket);
  assertPrefix(document, decode, prefix);
  const uploads = childrenOf(document, 'Upload').map((entry) => ({
    key: decode(requiredText(entry, 'Key')),
    id: requiredText(entry, 'UploadId'),
    startedAt: requiredTime(entry, 'Initiated'),
  }));
  const next = isTruncated(document)
    ? {
        'key-marker': decode(requiredText(document, 'NextKeyMarker')),
        'upload-id-marker': requiredText(document, 'NextUploadIdMarker'),
      }
    : undefined;
  return checked({ objects: [], prefixes: [], uploads, next, size: uploads.length }, prefix);
}

/** A page of the parts of an upload. */
export interface PartsPage extends Page {
  /** Sizes of the parts. */
  bytes: number[];
}

/**
 * Reads an answer to ListParts.
 * @throws Error if it is not one, is cut off, or belongs to another upload
 */
export function parseParts(body: Buffer, { bucket, id }: { bucket: string; id: string }): PartsPage {
  const document = parseAnswer(body, 'ListPartsResult');
  assertBucket(textOf(document, 'Bucket'), bucket);
  if (textOf(document, 'UploadId') !== id) throw new Error('it belongs to another upload');
  const bytes = childrenOf(document, 'Part').map((part) => requiredSize(part, 'Size'));
  const next = isTruncated(document)
    ? { 'part-number-marker': requiredText(document, 'NextPartNumberMarker') }
    : undefined;
  return { bytes, next, size: bytes.length };
}

/** Why a key was not deleted, in the server's words. */
export interface S3Problem {
  code: string;
  message: string;
}

/**
 * Reads an answer to DeleteObjects.
 * @returns for each key: true if it was deleted, else why it was not
 * @throws Error if it is not one, or does not name exactly the keys
 */
export function parseDeletions(body: Buffer, keys: readonly string[]): (true | S3Problem)[] {
  const document = parseAnswer(body, 'DeleteResult');
  const results = new Map<string, true | S3Problem>();
  for (const entry of childrenOf(document, 'Deleted')) results.set(requiredText(entry, 'Key'), true);
  for (const entry of childrenOf(document, 'Error')) {
    const code = textOf(entry, 'Code') ?? 'unknown error';
    const isGone = code === 'NoSuchKey';
    results.set(requiredText(entry, 'Key'), isGone || { code, message: textOf(entry, 'Message') ?? '' });
  }
  const known = new Set(keys);
  for (const key of results.keys()) if (!known.has(key)) throw new Error('it names a key that was not to be deleted');
  return keys.map((key) => {
    const result = results.get(key);
    if (result === undefined) throw new Error('it does not name every key');
    return result;
  });
}

/**
 * Reads an answer to CopyObject or UploadPartCopy. Servers send its beginning before they know the result: without an
 * ETag, nothing was copied.
 * @returns the ETag
 * @throws Error if the answer is not one, or is cut off
 */
export function parseCopy(body: Buffer, name: string): string {
  return requiredText(parseAnswer(trimmed(body), name), 'ETag');
}

/**
 * Reads an answer to CompleteMultipartUpload, in which Ceph states no ETag.
 * @throws Error if the answer is not one, or is cut off: then the object may not exist
 */
export function parseCompletion(body: Buffer): void {
  parseAnswer(trimmed(body), 'CompleteMultipartUploadResult');
}

/** Reads the ID of an upload that begins. @throws Error if the answer does not state it */
export function parseUploadId(body: Buffer): string {
  return requiredText(parseAnswer(body, 'InitiateMultipartUploadResult'), 'UploadId');
}

/** Servers send white space while they copy. */
const trimmed = (body: Buffer): Buffer => Buffer.from(body.toString('utf8').trim());

/** Whether a bucket keeps old versions. */
export interface Versioning {
  /** `Enabled`, `Suspended`, or undefined if it never kept any. */
  status?: string;
  /** True if old versions can be deleted only with multi-factor authentication. */
  needsMfa: boolean;
}

/** Reads whether a bucket keeps old versions. @throws Error if the answer is not one */
export function parseVersioning(body: Buffer): Versioning {
  const document = parseAnswer(body, 'VersioningConfiguration');
  return { status: textOf(document, 'Status'), needsMfa: textOf(document, 'MfaDelete') === 'Enabled' };
}

/** Reads an error document; undefined if the body is not one. */
export function parseError(body: Buffer): XmlElement | undefined {
  try {
    return parseAnswer(trimmed(body), 'Error');
  } catch {
    return undefined;
  }
}

function checked(page: S3Page, prefix: string): S3Page {
  const keys = [...page.objects.map(({ key }) => key), ...page.prefixes, ...page.uploads.map(({ key }) => key)];
  if (keys.every((key) => key.startsWith(prefix))) return page;
  throw new Error('it names a key outside of the prefix');
}

/** Checks the bucket that an answer states. An answer to the alias of an access point can state another name. */
function assertBucket(stated: string | undefined, bucket: string): void {
  if (stated && stated !== bucket && !bucket.endsWith('-s3alias')) throw new Error('it belongs to another bucket');
}

function assertPrefix(document: XmlElement, decode: (text: string) => string, prefix: string): void {
  const stated = textOf(document, 'Prefix');
  if (stated !== undefined && stated !== '' && decode(stated) !== prefix)
    throw new Error('it belongs to another prefix');
}

function isTruncated(document: XmlElement): boolean {
  const text = requiredText(document, 'IsTruncated').trim();
  if (text !== 'true' && text !== 'false') throw new Error('it does not state whether it is complete');
  return text === 'true';
}

/** Keys are percent-encoded if the answer states it: XML cannot contain all characters. */
function decoderOf(document: XmlElement): (text: string) => string {
  if (textOf(document, 'EncodingType') !== 'url') return (text) => text;
  return (text) => decodeURIComponent(text.replaceAll('+', '%20'));
}
