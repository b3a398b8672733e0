import {
  childrenOf,
  parseAnswer,
  requiredSize,
  requiredText,
  requiredTime,
  textOf,
  type XmlElement,
} from '../../http/xml.js';
import { MD5_LIMIT_BYTES, type StoredObject } from '../object-store.js';
import type { Page } from '../pages.js';

/** A page of a listing. */
export interface AzurePage extends Page {
  objects: StoredObject[];
  prefixes: string[];
  /** True if an entry is a version of a blob. */
  hasVersions: boolean;
}

/** What was listed. */
interface Listed {
  container: string;
  prefix: string;
}

/**
 * Reads an answer to List Blobs.
 * @throws Error if it is not one, is cut off, or does not belong to the container and the prefix
 */
export function parseBlobs(body: Buffer, { container, prefix }: Listed): AzurePage {
  const document = parseAnswer(body, 'EnumerationResults');
  const [list] = childrenOf(document, 'Blobs');
  if (!list) throw new Error('it has no list of blobs');
  // Old versions of the service state a URL.
  const name = document.attributes.ContainerName?.split('/').at(-1);
  if (name !== undefined && name !== container) throw new Error('it belongs to another container');
  const stated = textOf(document, 'Prefix');
  if (stated && stated !== prefix) throw new Error('it belongs to another prefix');
  const [blobs, prefixes] = [childrenOf(list, 'Blob'), childrenOf(list, 'BlobPrefix')];
  const marker = textOf(document, 'NextMarker');
  if (marker === undefined) throw new Error('it does not state whether it is complete');
  const page: AzurePage = {
    objects: blobs.filter((blob) => !isDirectory(blob)).map(toObject),
    prefixes: prefixes.map((entry) => requiredText(entry, 'Name')),
    next: marker ? { marker } : undefined,
    size: blobs.length + prefixes.length,
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
  const bytes = requiredSize(properties, 'Content-Length');
  // Absent for append blobs.
  const content = bytes <= MD5_LIMIT_BYTES ? textOf(properties, 'Content-MD5') : undefined;
  const md5 = content ? { md5: Buffer.from(content, 'base64').toString('hex') } : {};
  return { key: requiredText(blob, 'Name'), bytes, writtenAt: requiredTime(properties, 'Last-Modified'), ...md5 };
}

/** Reads whether deleted blobs are kept for some days. @throws Error if the answer is not one */
export function parseSoftDelete(body: Buffer): boolean {
  const [policy] = childrenOf(parseAnswer(body, 'StorageServiceProperties'), 'DeleteRetentionPolicy');
  return policy !== undefined && textOf(policy, 'Enabled') === 'true';
}
