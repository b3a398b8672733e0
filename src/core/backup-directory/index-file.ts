import type { FileHandle } from 'node:fs/promises';
import { flushDirectory, writeWhole } from './files.js';
import { OCI_LAYOUT, TEMPORARY } from './layout.js';
import type { Descriptor } from './records.js';
import { readRecords, readRuns } from './runs.js';
import { TextFile } from './text-file.js';
import type { Tree } from './tree.js';

/** Annotation with the name by which tools find a manifest in an image layout. */
export const REF_NAME = 'org.opencontainers.image.ref.name';

/**
 * Writes `oci-layout`, and `index.json` from the descriptors of all runs. If several runs saved the same image of the
 * same stream, the newest one counts.
 * @throws RegadmError BACKUP_DAMAGED, or the file system's error
 */
export async function writeIndex(tree: Tree): Promise<void> {
  const places = { temporary: await tree.make(TEMPORARY), directory: tree.root };
  await writeWhole({ ...places, name: 'oci-layout' }, (file) => file.writeFile(OCI_LAYOUT));
  await writeWhole({ ...places, name: 'index.json' }, (file) => writeEntries(file, descriptorsOf(tree)));
  await flushDirectory(tree.root);
}

/** Yields the descriptors of all runs, each name and media type once, the newest run first. */
async function* descriptorsOf(tree: Tree): AsyncGenerator<Descriptor> {
  const seen = new Set<string>();
  for (const run of (await readRuns(tree)).reverse()) {
    for await (const descriptor of readRecords(tree, run, 'descriptor')) {
      const key = `${descriptor.annotations?.[REF_NAME] ?? descriptor.digest} ${descriptor.mediaType}`;
      if (seen.has(key)) continue;
      seen.add(key);
      yield descriptor;
    }
  }
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
