import type { FileHandle } from 'node:fs/promises';
import { isRecord } from '../model/values/json.js';
import { flushDirectory, readSmallFile, writeWhole } from './files.js';
import { INDEX_FILE, LAYOUT_FILE, OCI_LAYOUT, TEMPORARY } from './layout.js';
import { isDescriptor, type Descriptor } from './records.js';
import { readRecords, readRuns, type BackupRun, type OnDamage } from './runs.js';
import { TextFile } from './text-file.js';
import type { Tree } from './tree.js';

/** Annotation with the name by which tools find a manifest in an image layout. */
export const REF_NAME = 'org.opencontainers.image.ref.name';

/** Maximum size of `index.json`, in bytes: enough for a million images. */
export const INDEX_LIMIT_BYTES = 512 * 1024 * 1024;

/**
 * Writes `oci-layout`, and `index.json` from the descriptors of runs. If several runs saved the same image of the same
 * stream, the newest one counts.
 * @throws RegadmError BACKUP_DAMAGED, or the file system's error
 */
export function writeIndex(tree: Tree, runs: readonly BackupRun[]): Promise<void> {
  return write(tree, descriptorsOf(tree, runs));
}

/**
 * Writes `oci-layout`, and `index.json` from the descriptors of all runs. If some cannot be read, what `index.json` has
 * listed stays in it.
 * @throws the file system's error
 */
export async function updateIndex(tree: Tree): Promise<void> {
  let isDamaged = false;
  const onDamage = (): void => void (isDamaged = true);
  const runs = await readRuns(tree, onDamage);
  await write(tree, all());

  async function* all(): AsyncGenerator<Descriptor> {
    const seen = new Set<string>();
    for await (const descriptor of descriptorsOf(tree, runs, onDamage)) {
      seen.add(nameOf(descriptor));
      yield descriptor;
    }
    if (!isDamaged) return;
    for (const descriptor of await listed(tree)) if (!seen.has(nameOf(descriptor))) yield descriptor;
  }
}

/** Reads what `index.json` lists; nothing if it cannot be used. @throws the file system's error */
async function listed(tree: Tree): Promise<Descriptor[]> {
  const content = await readSmallFile(`${tree.root}/${INDEX_FILE}`, INDEX_LIMIT_BYTES);
  try {
    return content ? parseIndex(content.toString('utf8')) : [];
  } catch {
    return [];
  }
}

/** Parses `index.json`. @throws Error if it is not an image index */
export function parseIndex(text: string): Descriptor[] {
  const content: unknown = JSON.parse(text);
  if (isRecord(content) && Array.isArray(content.manifests) && content.manifests.every(isDescriptor))
    return content.manifests;
  throw new Error('it is not an image index');
}

async function write(tree: Tree, descriptors: AsyncIterable<Descriptor>): Promise<void> {
  const places = { temporary: await tree.make(TEMPORARY), directory: tree.root };
  await writeWhole({ ...places, name: LAYOUT_FILE }, (file) => file.writeFile(OCI_LAYOUT));
  await writeWhole({ ...places, name: INDEX_FILE }, async (file) => writeEntries(file, descriptors));
  await flushDirectory(tree.root);
}

/** Yields the descriptors of runs, each name and media type once, the newest run first. */
export async function* descriptorsOf(
  tree: Tree,
  runs: readonly BackupRun[],
  onDamage?: OnDamage,
): AsyncGenerator<Descriptor> {
  const seen = new Set<string>();
  for (const run of runs.toReversed()) {
    for await (const descriptor of readRecords(tree, run, 'descriptor', onDamage)) {
      const key = nameOf(descriptor);
      if (seen.has(key)) continue;
      seen.add(key);
      yield descriptor;
    }
  }
}

/** Returns what distinguishes a descriptor from the others in `index.json`: its name and its media type. */
export function nameOf({ annotations, digest, mediaType }: Descriptor): string {
  return `${annotations?.[REF_NAME] ?? digest} ${mediaType}`;
}

async function writeEntries(file: FileHandle, descriptors: AsyncIterable<Descriptor>): Promise<void> {
  const text = new TextFile(file);
  await text.append('{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[');
  let separator = '\n';
  for await (const descriptor of descriptors) {
    await text.append(`${separator}${JSON.stringify(descriptor)}`);
    separator = ',\n';
  }
  await text.append('\n]}\n');
  await text.flush();
}
