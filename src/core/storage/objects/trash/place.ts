import { blobData, isDay } from '../../layout.js';
import type { TrashedBlob } from '../../trash.js';
import type { ObjectStore } from '../object-store.js';

/** Where a registry and what regadm keeps are in an object store. */
export interface TrashSource {
  store: ObjectStore;
  /** Key of the registry's `docker/registry/v2`. */
  root: string;
  /** Key of regadm's directory, with a slash at its end. */
  base: string;
  /** Returns the size of a blob in its place if a listing showed it. */
  sizeOf(hex: string): number | undefined;
}

const REGISTRY = 'docker/registry/v2';
const BLOB = /^trash\/(\d{4}-\d\d-\d\d)\/blobs\/sha256\/([0-9a-f]{2})\/([0-9a-f]{64})\/data$/;
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** Returns the registry's root directory in the store, empty or with a slash at its end. */
export const rootDirectory = (root: string): string => root.slice(0, root.length - REGISTRY.length);

/** Returns the key of a file of regadm. @throws Error if it is not a relative path */
export function fileKey(base: string, path: string): string {
  if (FILE.test(path)) return base + path;
  throw new Error(`${JSON.stringify(path.slice(0, 100))} is not the path of a file of regadm`);
}

/** Returns the key of a blob in its place. */
export const placeOf = ({ root }: TrashSource, hex: string): string => blobData(root, hex);

/** Returns the key of a blob in the trash. */
export function trashOf({ base }: TrashSource, { hex, date }: TrashedBlob): string {
  const path = blobData(`trash/${date}`, hex);
  if (!BLOB.test(path)) throw new Error(`${JSON.stringify(date.slice(0, 100))} is not a day`);
  return base + path;
}

/** Reads the key of a blob in the trash; undefined for any other key. */
export function parseTrashed(base: string, key: string): TrashedBlob | undefined {
  const [, date, prefix = '', hex] = BLOB.exec(key.slice(base.length)) ?? [];
  return hex?.startsWith(prefix) && isDay(date!) ? { hex, date: date! } : undefined;
}

/** Returns true for the key of something in the trash that is neither a blob nor a journal, nor a hidden object. */
export function isForeign(base: string, key: string): boolean {
  const names = key.slice(base.length).split('/');
  const [, date = '', directory] = names;
  // Some clients create an object for a directory, whose name ends with a slash.
  if (names.at(-1) === '' || names.some((name) => name.startsWith('.'))) return false;
  return !(isDay(date) && directory === 'journal') && !parseTrashed(base, key);
}
