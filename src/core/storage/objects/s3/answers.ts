import { parseXml, childrenOf, textOf, type XmlElement } from '../../http/xml.js';
import type { OpenUpload, StoredObject } from '../object-store.js';

/** A page of a listing. */
export interface S3Page {
  objects: StoredObject[];
  prefixes: string[];
  uploads: OpenUpload[];
  /** What to send for the next page; undefined on the last one. */
  next?: Record<string, string>;
}

/**
 * Reads an answer to ListObjectsV2.
 * @throws Error if it is not one, is cut off, or does not belong to the prefix
 */
export function parseObjects(body: Buffer, prefix: string): S3Page {
  const document = parseAnswer(body, 'ListBucketResult');
  const decode = decoderOf(document);
  assertPrefix(document, decode, prefix);
  const objects = childrenOf(document, 'Contents').map((entry) => ({
    key: decode(required(entry, 'Key')),
    bytes: size(required(entry, 'Size')),
    writtenAt: time(required(entry, 'LastModified')),
  }));
  const prefixes = childrenOf(document, 'CommonPrefixes').map((entry) => decode(required(entry, 'Prefix')));
  const count = textOf(document, 'KeyCount');
  if (count !== undefined && Number(count) !== objects.length + prefixes.length)
    throw new Error(`it states ${Number(count)} keys, but has ${objects.length + prefixes.length}`);
  const token = isTruncated(document) ? required(document, 'NextContinuationToken') : undefined;
  const next = token === undefined ? undefined : { 'continuation-token': token };
  return checked({ objects, prefixes, uploads: [], next }, prefix);
}

/** Reads an answer to ListMultipartUploads. @throws Error as `parseObjects` */
export function parseUploads(body: Buffer, prefix: string): S3Page {
  const document = parseAnswer(body, 'ListMultipartUploadsResult');
  const decode = decoderOf(document);
  assertPrefix(document, decode, prefix);
  const uploads = childrenOf(document, 'Upload').map((entry) => ({
    key: decode(required(entry, 'Key')),
    id: required(entry, 'UploadId'),
    startedAt: time(required(entry, 'Initiated')),
  }));
  const next = isTruncated(document)
    ? {
        'key-marker': decode(required(document, 'NextKeyMarker')),
        'upload-id-marker': required(document, 'NextUploadIdMarker'),
      }
    : undefined;
  return checked({ objects: [], prefixes: [], uploads, next }, prefix);
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
  for (const entry of childrenOf(document, 'Deleted')) results.set(required(entry, 'Key'), true);
  for (const entry of childrenOf(document, 'Error')) {
    const code = textOf(entry, 'Code') ?? 'unknown error';
    const isGone = code === 'NoSuchKey';
    results.set(required(entry, 'Key'), isGone || { code, message: textOf(entry, 'Message') ?? '' });
  }
  const known = new Set(keys);
  for (const key of results.keys()) if (!known.has(key)) throw new Error('it names a key that was not to be deleted');
  return keys.map((key) => {
    const result = results.get(key);
    if (result === undefined) throw new Error('it does not name every key');
    return result;
  });
}

/** Reads whether a bucket keeps old versions: `Enabled`, `Suspended` or undefined. @throws Error */
export function parseVersioning(body: Buffer): string | undefined {
  return textOf(parseAnswer(body, 'VersioningConfiguration'), 'Status');
}

/** Reads an error document; undefined if the body is not one. */
export function parseError(body: Buffer): XmlElement | undefined {
  try {
    return parseAnswer(body, 'Error');
  } catch {
    return undefined;
  }
}

function parseAnswer(body: Buffer, name: string): XmlElement {
  let document: XmlElement;
  try {
    document = parseXml(body.toString('utf8'));
  } catch {
    throw new Error('it is not complete XML');
  }
  if (document.name !== name) throw new Error(`it is <${document.name.slice(0, 50)}>, not <${name}>`);
  return document;
}

function checked(page: S3Page, prefix: string): S3Page {
  const keys = [...page.objects.map(({ key }) => key), ...page.prefixes, ...page.uploads.map(({ key }) => key)];
  if (keys.every((key) => key.startsWith(prefix))) return page;
  throw new Error('it names a key outside of the prefix');
}

function assertPrefix(document: XmlElement, decode: (text: string) => string, prefix: string): void {
  const stated = textOf(document, 'Prefix');
  if (stated !== undefined && stated !== '' && decode(stated) !== prefix)
    throw new Error('it belongs to another prefix');
}

function isTruncated(document: XmlElement): boolean {
  const text = required(document, 'IsTruncated').trim();
  if (text !== 'true' && text !== 'false') throw new Error('it does not state whether it is complete');
  return text === 'true';
}

/** Keys are percent-encoded if the answer states it: XML cannot contain all characters. */
function decoderOf(document: XmlElement): (text: string) => string {
  if (textOf(document, 'EncodingType') !== 'url') return (text) => text;
  return (text) => decodeURIComponent(text.replaceAll('+', '%20'));
}

function required(element: XmlElement, name: string): string {
  const text = textOf(element, name);
  if (text === undefined || text === '') throw new Error(`it has an element without <${name}>`);
  return text;
}

function size(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error('it states a size that is not a number');
}

function time(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Error('it states a time that is not valid');
  return at;
}
