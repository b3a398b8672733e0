import type { FileHandle } from 'node:fs/promises';
import { flushDirectory, writeWhole } from './files.js';
import { INDEX_FILE, LAYOUT_FILE, OCI_LAYOUT, TEMPORARY } from './layout.js';
import type { Descriptor } from './records.js';
import { readRecords, readRuns, type BackupRun, type OnDamage } from './runs.js';
import { TextFile } from './text-file.js';
import type { Tree } from './tree.js';

/** Annotation with the name by which tools find a manifest in an image layout. */
export const REF_NAME = 'org.opencontainers.image.ref.name';

/**
 * Writes `oci-layout`, and `index.json` from the descriptors of all runs, or of some. If several runs saved the same
 * image of the same stream, the newest one counts.
 * @throws RegadmError BACKUP_DAMAGED, or the file system's error
 */
export async function writeIndex(tree: Tree, runs?: readonly BackupRun[]): Promise<void> {
  const places = { temporary: await tree.make(TEMPORARY), directory: tree.root };
  await writeWhole({ ...places, name: LAYOUT_FILE }, (file) => file.writeFile(OCI_LAYOUT));
  await writeWhole({ ...places, name: INDEX_FILE }, async (file) =>
    writeEntries(file, descriptorsOf(tree, runs ?? (await readRuns(tree)))),
  );
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
