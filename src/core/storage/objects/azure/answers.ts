import { childrenOf, parseXml, textOf, type XmlElement } from '../../http/xml.js';
import type { StoredObject } from '../object-store.js';

/** A page of a listing. */
export interface AzurePage {
  objects: StoredObject[];
  prefixes: string[];
  /** Where the next page starts; undefined on the last one. */
  next?: string;
  /** True if an entry is a version of a blob. */
  hasVersions: boolean;
}

/**
 * Reads an answer to List Blobs.
 * @throws Error if it is not one, is cut off, or does not belong to the prefix
 */
export function parseBlobs(body: Buffer, prefix: string): AzurePage {
  const document = parseAnswer(body, 'EnumerationResults');
  const [list] = childrenOf(document, 'Blobs');
  if (!list) throw new Error('it has no list of blobs');
  const blobs = childrenOf(list, 'Blob');
  const page = {
    objects: blobs.filter((blob) => !isDirectory(blob)).map(toObject),
    prefixes: childrenOf(list, 'BlobPrefix').map((entry) => required(entry, 'Name')),
    next: textOf(document, 'NextMarker') || undefined,
    hasVersions: blobs.some((blob) => textOf(blob, 'VersionId') !== undefined),
  };
  for (const name of [...page.objects.map(({ key }) => key), ...page.prefixes])
    if (!name.startsWith(prefix)) throw new Error('it names a blob that was not asked for');
  return page;
}

/** True for a directory of an account with a hierarchical namespace. */
function isDirectory(blob: XmlElement): boolean {
  const [properties] = childrenOf(blob, 'Properties');
  return properties !== undefined && textOf(properties, 'ResourceType') === 'directory';
}

function toObject(blob: XmlElement): StoredObject {
  const [properties] = childrenOf(blob, 'Properties');
  if (!properties) throw new Error('a blob has no properties');
  const bytes = Number(required(properties, 'Content-Length'));
  const writtenAt = Date.parse(required(properties, 'Last-Modified'));
  if (!Number.isInteger(bytes) || Number.isNaN(writtenAt)) throw new Error('a blob has no size or time');
  return { key: required(blob, 'Name'), bytes, writtenAt };
}

/** Reads whether deleted blobs are kept for some days. @throws Error if the answer is not one */
export function parseSoftDelete(body: Buffer): boolean {
  const [policy] = childrenOf(parseAnswer(body, 'StorageServiceProperties'), 'DeleteRetentionPolicy');
  return policy !== undefined && textOf(policy, 'Enabled') === 'true';
}

function parseAnswer(body: Buffer, name: string): XmlElement {
  const document = parseXml(body.toString('utf8').replace(/^\uFEFF/, ''));
  if (document.name !== name) throw new Error(`it is not a document ${name}`);
  return document;
}

function required(element: XmlElement, name: string): string {
  const text = textOf(element, name);
  if (text === undefined || text === '') throw new Error(`${element.name} has no ${name}`);
  return text;
}
