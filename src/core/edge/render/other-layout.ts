import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { NAMES, registryObjects } from './registry-objects.js';
import { SOURCE_DIRECTORY, SOURCE_LAYOUTS, sourcePath, type SourceLayout } from './source-layout.js';

/** Warns about source files of the other layout, which an earlier run wrote: no rendered policy names them. */
export async function otherLayoutWarnings(directory: string, layout: SourceLayout): Promise<string[]> {
  const others = SOURCE_LAYOUTS.filter((other) => other !== layout);
  const paths = registryObjects({ path: NAMES.path, size: NAMES.size }).flatMap((each) =>
    others.map((other) => join(directory, SOURCE_DIRECTORY, sourcePath(each, other))),
  );
  const existing = await Promise.all(paths.map(async (path) => ((await exists(path)) ? [path] : [])));
  const names = existing.flat();
  if (names.length === 0) return [];
  return [`the rendered policies do not use these files of another --source-layout: ${names.join(', ')}`];
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
