import type { StorageSnapshot } from '../../model/registry-storage.js';

/** Maximum number of ignored entries that the warning names. */
const NAMED = 5;

/** Describes entries of a listing that are never followed or deleted. */
export function warningsAbout({ ignored }: StorageSnapshot): string[] {
  if (ignored.length === 0) return [];
  const more = ignored.length > NAMED ? ` and ${ignored.length - NAMED} more` : '';
  return [
    `ignored (symbolic links, or not part of the registry's layout): ${ignored.slice(0, NAMED).join(', ')}${more}`,
  ];
}
