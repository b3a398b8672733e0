import type { RegistryObject } from './registry-objects.js';

/** Directories of the published source files: `nested` since 4.16, `flat` before. */
export const SOURCE_LAYOUTS = ['nested', 'flat'] as const;

export type SourceLayout = (typeof SOURCE_LAYOUTS)[number];

/** Directory of the source files, next to the policies. */
export const SOURCE_DIRECTORY = 'source-crs';

/** Returns the path of a source file below `source-crs`. */
export function sourcePath({ directory, fileName }: RegistryObject, layout: SourceLayout): string {
  return layout === 'nested' ? `${directory}/${fileName}` : fileName;
}
