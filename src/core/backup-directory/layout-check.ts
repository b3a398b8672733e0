import { messageOf } from '../model/errors.js';
import type { Digest } from '../model/digest.js';
import { isRecord } from '../model/values/json.js';
import { readSmallFile } from './files.js';
import { descriptorsOf, INDEX_LIMIT_BYTES, nameOf, parseIndex } from './index-file.js';
import { INDEX_FILE, LAYOUT_FILE, OCI_LAYOUT } from './layout.js';
import type { Descriptor } from './records.js';
import type { BackupRun, OnDamage } from './runs.js';
import type { Tree } from './tree.js';

/** Maximum size of `oci-layout`, in bytes. */
const LAYOUT_LIMIT_BYTES = 4096;

/** How the files that other tools read differ from what the runs saved. */
export interface LayoutCheck {
  /** Those of the two files that do not exist. */
  missing: string[];
  /** Those whose content cannot be used. */
  unusable: { file: string; message: string }[];
  /** Manifests that a run saved and that `index.json` does not list, or not as they were saved. */
  unlisted: Set<Digest>;
  /** Names that `index.json` lists, although no run saved them. */
  foreign: string[];
  /** Manifests that the runs describe. */
  described: Set<Digest>;
}

/**
 * Compares `oci-layout` and `index.json` with the descriptors of the runs.
 * @throws RegadmError BACKUP_DAMAGED for the records of the runs, without `onDamage`; the file system's error
 */
export async function checkLayout(tree: Tree, runs: readonly BackupRun[], onDamage?: OnDamage): Promise<LayoutCheck> {
  const check: LayoutCheck = {
    missing: [],
    unusable: [],
    unlisted: new Set(),
    foreign: [],
    described: new Set(),
  };
  await read(tree, check, { file: LAYOUT_FILE, limit: LAYOUT_LIMIT_BYTES, parse: parseLayout });
  const listed = await read(tree, check, { file: INDEX_FILE, limit: INDEX_LIMIT_BYTES, parse: listedIn });
  for await (const descriptor of descriptorsOf(tree, runs, onDamage)) {
    const name = nameOf(descriptor);
    check.described.add(descriptor.digest);
    if (listed && listed.get(name) !== textOf(descriptor)) check.unlisted.add(descriptor.digest);
    listed?.delete(name);
  }
  check.foreign = [...(listed?.keys() ?? [])].map((name) => name.split(' ')[0]!);
  return check;
}

async function read<T>(
  tree: Tree,
  { missing, unusable }: LayoutCheck,
  { file, limit, parse }: { file: string; limit: number; parse: (text: string) => T },
): Promise<T | undefined> {
  try {
    const content = await readSmallFile(`${tree.root}/${file}`, limit);
    if (content) return parse(content.toString('utf8'));
    missing.push(file);
  } catch (error) {
    if (isOfFileSystem(error)) throw error;
    unusable.push({ file, message: messageOf(error) });
  }
  return undefined;
}

function parseLayout(text: string): void {
  const content: unknown = JSON.parse(text);
  const expected = JSON.parse(OCI_LAYOUT) as { imageLayoutVersion: string };
  if (!isRecord(content) || content.imageLayoutVersion !== expected.imageLayoutVersion)
    throw new Error('it does not state the version of an OCI image layout');
}

/** Returns what the descriptors state, by their names. */
function listedIn(text: string): Map<string, string> {
  return new Map(parseIndex(text).map((descriptor) => [nameOf(descriptor), textOf(descriptor)]));
}

function textOf({ mediaType, digest, size, annotations = {} }: Descriptor): string {
  return JSON.stringify([mediaType, digest, size, Object.entries(annotations).sort()]);
}

function isOfFileSystem(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).code === 'string';
}
