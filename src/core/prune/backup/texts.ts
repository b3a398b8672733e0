import type { Reporter } from '../../kit/reporter.js';

/** Warns about images that the registry does not serve. @param first the name of one of them */
export function unlistedWarning(count: number, first: string | undefined): string {
  const example = first === undefined ? '' : ` (first: ${first})`;
  const [images, are] = count === 1 ? ['image', 'is'] : ['images', 'are'];
  return `${count} ${images} that no image stream lists cannot be saved, and ${are} kept${example}: the registry does not serve them; to save them from the registry's storage, add --storage`;
}

/** Warns about runs of the backup that cannot be read. @param input.damaged the files, and why */
export function warnOfDamage({ damaged }: { damaged: readonly string[] }, reporter: Reporter): void {
  for (const problem of damaged)
    reporter.warning(
      `a run of the backup is damaged, and what it saved cannot be restored: ${problem}; new images are still saved; restore the file from a copy of the backup`,
    );
}
