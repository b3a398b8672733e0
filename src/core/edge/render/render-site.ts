import { readButane } from '../butane/read.js';
import { readText } from '../files/read.js';
import { writeFiles } from '../files/write.js';
import type { Storage } from '../model.js';
import { otherLayoutWarnings } from './other-layout.js';
import { registryPath } from './registry-filesystem.js';
import { FORM_FILES, render, renderAll, type RenderForm, type RenderInput } from './render.js';
import type { Site } from './site.js';
import type { SourceLayout } from './source-layout.js';
import { renderWarnings } from './warnings.js';

export interface RenderRequest {
  /** The partition, or a Butane file that describes it (`-`: standard input). */
  source: { storage: Storage } | { butane: string };
  /** Mount point of the registry's file system; undefined if the source mounts only one. */
  path?: string;
  /** Size of the volume and of its claim, a Kubernetes quantity. */
  size: string;
  site: Site;
  /** Role of the nodes with the disk, the name of their machine config pool. */
  role: string;
  layout: SourceLayout;
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
export async function renderSite(request: RenderRequest): Promise<RenderResult> {
  const { source, path, size, role, site, layout, target } = request;
  const storage = 'storage' in source ? source.storage : readButane(source.butane, await readText(source.butane));
  const volume = () => ({ path: registryPath(storage, path), size, role });
  const input: RenderInput = { storage, volume, site, layout };
  const about = { storage, size, path, cluster: site.cluster };
  if ('form' in target)
    return { text: render(target.form, input), warnings: renderWarnings({ ...about, forms: [target.form] }) };
  const written = await writeFiles(target.directory, renderAll(input), target.overwrite);
  const forms = Object.keys(FORM_FILES) as RenderForm[];
  const warnings = [...renderWarnings({ ...about, forms }), ...(await otherLayoutWarnings(target.directory, layout))];
  return { text: written.join('\n'), warnings };
}
