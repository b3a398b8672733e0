import { readButane } from '../butane/read.js';
import { readText } from '../files/read.js';
import { writeFiles } from '../files/write.js';
import type { Storage } from '../model.js';
import { render, renderAll, type RenderForm, type RenderInput } from './render.js';
import type { Site } from './site.js';
import { volumeFromStorage } from './volume-from-storage.js';
import { renderWarnings } from './warnings.js';

export interface RenderRequest {
  /** The partition, or a Butane file that describes it (`-`: standard input). */
  source: { storage: Storage } | { butane: string };
  /** Mount point of the registry's file system; undefined if the source mounts only one. */
  path?: string;
  /** Size of the volume and of its claim, a Kubernetes quantity. */
  size: string;
  site: Site;
  /** One form as text, or all forms as files. */
  target: { form: RenderForm } | { directory: string; overwrite: boolean };
}

interface RenderResult {
  /** The rendered form, or the names of the files that were written. */
  text: string;
  warnings: string[];
}

/**
 * Renders the files that set up a registry on a local disk of an edge cluster.
 * @throws RegadmError USAGE, INVALID_FILE, UNREADABLE_FILE, UNWRITABLE, FILE_EXISTS (exit status 4)
 */
export async function renderSite({ source, path, size, site, target }: RenderRequest): Promise<RenderResult> {
  const storage = 'storage' in source ? source.storage : readButane(source.butane, await readText(source.butane));
  const input: RenderInput = { storage, volume: () => volumeFromStorage(storage, size, path), site };
  const text =
    'form' in target
      ? render(target.form, input)
      : (await writeFiles(target.directory, renderAll(input), target.overwrite)).join('\n');
  return { text, warnings: renderWarnings(storage, size) };
}
