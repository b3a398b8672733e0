import type { StoredSizes } from '../../model/registry-storage.js';
import { BlobIndex, BlobPart } from './blob-index.js';
import { parseKey, type ParsedKey } from './keys.js';
import { listDirectory, levelBelow, type Part, type Source } from './list-directory.js';
import type { OpenUpload, StoredObject } from './object-store.js';
import { RepositoryIndex, touchUpload } from './repository-index.js';

/** The repository of an open upload that would complete a blob: the registry copies large blobs in parts. */
export const BLOBS = '(blobs)';

/** What one listing found. */
export interface Listing {
  blobs: BlobIndex;
  repositories: RepositoryIndex;
  /** When each open upload below `blobs/` was started, by the hex of its blob. */
  blobUploads: Map<string, number>;
  uploadSizes: UploadSizes;
  /** Present once it was measured: then `blobs` has the sizes that the listing does not show. */
  measured?: StoredSizes;
  /** Keys and directories that are not part of the layout, without duplicates. */
  foreign: Set<string>;
}

/** What is known about the sizes of unfinished uploads. */
export interface UploadSizes {
  /** Of their keys, as the listing shows it. */
  bytes: number;
  /** Keys of content that the listing shows with 0 bytes. */
  empty: string[];
  /** Those whose parts the listing does not show. */
  open: OpenUpload[];
}

/** Maximum number of pages that are read one after the other. A larger directory is read in parallel. */
const FEW_PAGES = 4;
/** Maximum number of groups of namespaces that are listed in parallel: each costs at least one request. */
const MAX_GROUPS = 256;

/**
 * Lists a registry's storage: first blobs, then repositories, then open uploads.
 * @throws RegadmError if any part cannot be read
 */
export async function listObjects(source: Source): Promise<Listing> {
  const foreign = new Set<string>();
  const parts: BlobPart[] = [];
  await listBlobs(source, foreign, () => {
    const part = new BlobPart();
    parts.push(part);
    return (found) => {
      for (const { hex, bytes, writtenAt } of found) part.add(hex, bytes, writtenAt);
    };
  });
  const blobs = BlobIndex.from(parts);
  const repositories = new RepositoryIndex();
  const uploadSizes: UploadSizes = { bytes: 0, empty: [], open: [] };
  const target = { repositories, blobs, foreign, uploadSizes, blobUploads: new Map<string, number>() };
  await listRepositories(source, (key, object) => addToRepository(key, object, target));
  for await (const page of source.store.listUploads(`${source.root}/`, source.signal))
    for (const upload of page) addOpenUpload(upload, source.root, target);
  return target;
}

/** A blob of a page. */
interface ListedBlob {
  hex: string;
  bytes: number;
  writtenAt: number;
}

/**
 * Lists the blobs.
 * @param foreign what is not part of the layout is added to it
 * @param startTaking called once for each part that is listed in order; returns what takes the blobs of its pages
 */
export async function listBlobs(
  source: Source,
  foreign: Set<string>,
  startTaking: () => (blobs: ListedBlob[]) => void | Promise<void>,
): Promise<void> {
  const startPart = (): Part => {
    const take = startTaking();
    return { take: (objects) => take(blobsIn(objects, source.root, foreign)) };
  };
  await listDirectory(source, 'blobs/', {
    startPart,
    isLarge: ([page]) => estimate(parseBelow(source.root, page!.at(-1)!), page!.length) > FEW_PAGES * page!.length,
    split: () => splitBlobs(source, startPart(), foreign),
  });
}

function blobsIn(objects: readonly StoredObject[], root: string, foreign: Set<string>): ListedBlob[] {
  const blobs: ListedBlob[] = [];
  for (const object of objects) {
    const key = parseBelow(root, object);
    if (key.kind === 'blob') blobs.push({ hex: key.hex, bytes: object.bytes, writtenAt: object.writtenAt });
    else if (key.kind === 'foreign') foreign.add(key.entry);
  }
  return blobs;
}

/** Returns the prefixes to list blobs by, in parallel; takes everything beside them. */
async function splitBlobs(source: Source, { take }: Part, foreign: Set<string>): Promise<string[]> {
  const algorithms = await levelBelow(source, 'blobs/', take);
  const isSha256 = algorithms.includes('blobs/sha256/');
  const prefixes = isSha256 ? await levelBelow(source, 'blobs/sha256/', take) : [];
  for (const prefix of [...algorithms.filter((name) => name !== 'blobs/sha256/'), ...prefixes])
    if (!/^blobs\/sha256\/[0-9a-f]{2}\/$/.test(prefix)) foreign.add(prefix.slice(0, -1));
  const digits = prefixes.filter((prefix) => /\/[0-9a-f]{2}\/$/.test(prefix)).map((prefix) => prefix.slice(0, -2));
  return [...new Set(digits)];
}

/** Estimates the number of blobs: their digests are random, so the last one of a first page shows its share of all. */
function estimate(last: ParsedKey, count: number): number {
  if (last.kind !== 'blob') return Infinity;
  return (count * 0x1_0000_0000) / (Number.parseInt(last.hex.slice(0, 8), 16) + 1);
}

/** Lists the keys of repositories. */
export async function listRepositories(
  source: Source,
  take: (key: ParsedKey, object: StoredObject) => void,
): Promise<void> {
  await listRepositoryParts(source, () => ({ take }));
}

/** What takes the keys of a part. */
export interface KeyTaker {
  take(key: ParsedKey, object: StoredObject): void;
  /** Awaited after each page. */
  endPage?(): void | Promise<void>;
  end?(): void;
}

/** Lists the keys of repositories in parts: the keys of a repository are all in one of them. */
export async function listRepositoryParts(source: Source, startTaking: () => KeyTaker): Promise<void> {
  const startPart = (): Part => {
    const taker = startTaking();
    const take = (objects: StoredObject[]): void | Promise<void> => {
      for (const object of objects) taker.take(parseBelow(source.root, object), object);
      return taker.endPage?.();
    };
    return { take, end: () => taker.end?.() };
  };
  await listDirectory(source, 'repositories/', {
    startPart,
    isLarge: ({ length }) => (length < FEW_PAGES ? undefined : true),
    split: async () => groupsOf(await levelBelow(source, 'repositories/', startPart().take)),
  });
}

/** Groups namespaces by the first characters of their names, so that there are few groups. */
function groupsOf(prefixes: string[]): string[] {
  const start = 'repositories/'.length;
  const grouped = (length: number): string[] => [...new Set(prefixes.map((each) => each.slice(0, start + length)))];
  const lengths = [Infinity, 4, 3, 2];
  return grouped(lengths.find((length) => grouped(length).length <= MAX_GROUPS) ?? 1);
}

function addToRepository(
  key: ParsedKey,
  object: StoredObject,
  { repositories, foreign, blobs, uploadSizes }: Omit<Listing, 'blobUploads'>,
): void {
  const { writtenAt } = object;
  if (key.kind === 'foreign') foreign.add(key.entry);
  if (key.kind === 'foreign' || key.kind === 'blob') return;
  const repository = repositories.take(key.repository);
  repository.hasKeys = true;
  repositories.keys++;
  if (key.kind === 'upload') {
    touchUpload(repository.uploads, key.id, writtenAt);
    addUploadSize(uploadSizes, key.name, object);
  } else if (key.kind !== 'other-link') {
    const links = key.kind === 'manifest-link' ? repository.manifests : repository.layers;
    links.hexes.push(blobs.intern(key.hex));
    links.times.push(writtenAt);
  }
}

function addUploadSize(sizes: UploadSizes, name: string, { key, bytes }: StoredObject): void {
  sizes.bytes += bytes;
  if (name === 'data' && bytes === 0) sizes.empty.push(key);
}

function addOpenUpload(
  upload: OpenUpload,
  root: string,
  { repositories, blobUploads, foreign, uploadSizes }: Omit<Listing, 'blobs'>,
): void {
  const key = parseKey(upload.key.slice(root.length + 1), 0);
  if (key.kind === 'blob' || key.kind === 'upload') uploadSizes.open.push(upload);
  if (key.kind === 'blob') touchUpload(blobUploads, key.hex, upload.startedAt);
  else if (key.kind === 'upload') touchUpload(repositories.take(key.repository).uploads, key.id, upload.startedAt);
  else foreign.add(upload.key.slice(root.length + 1));
}

const parseBelow = (root: string, { key, bytes }: StoredObject): ParsedKey =>
  parseKey(key.slice(root.length + 1), bytes);
