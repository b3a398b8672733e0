import path from 'node:path';
import type { DeclaredResource } from '../model/declared-referrers.js';
import { RegadmError } from '../model/errors.js';
import { resourceName } from '../model/referrers/declared-matches.js';
import { isListFile } from './place.js';
import type { Problem } from './collector.js';
import { dirOf, extractFirst, saveList, shellWord, type Input } from './input.js';
import { OPTIONAL_WORKLOADS, type SavedResource } from './kinds.js';

/** Maximum number of files that an error names. */
const LISTED = 5;

/** Creates the error for files that cannot be used, with the commands that save them again. */
export function brokenFiles(input: Input, problems: Problem[]): RegadmError {
  const named = problems.slice(0, LISTED).map(({ path: file, message }) => `${file} ${message}`);
  const more = problems.length > LISTED ? `; and ${problems.length - LISTED} more` : '';
  const commands = [...new Set(problems.slice(0, LISTED).flatMap((problem) => saveAgain(input, problem)))];
  return new RegadmError(`--from ${input.from}: cannot read the saved lists: ${named.join('; ')}${more}`, {
    code: 'SAVED_LISTS',
    suggestions: [...extractFirst(input), ...commands],
  });
}

function saveAgain(input: Input, { path: file, place, resource, remedy, isUnreadable, isEmpty }: Problem): string[] {
  const target = shellWord(path.join(dirOf(input), file));
  if (remedy === 'extract') return input.isArchive ? [] : [`replace ${target} with a plain file, or delete it`];
  if (remedy === 'delete-one') return [`delete the older one of the two files`];
  if (remedy === 'split') return [`split ${target} into several lists`];
  if (!resource || (remedy === 'replace-link' && !isListFile(file)))
    return [
      remedy === 'replace-link'
        ? `replace the link ${target} with a copy of what it leads to, or delete it`
        : `save ${target} again, or delete it`,
    ];
  const options = { namespace: place.namespace };
  if (remedy === 'save-as-json')
    return [
      `replace the file: ${saveList(input, resource, { ...options, file: file.replace(/[^.]+$/, 'json') })} && rm ${target}`,
    ];
  const command = saveList(input, resource, { ...options, file });
  if (remedy === 'replace-link') return [`replace the link with a file: rm ${target} && ${command}`];
  const isOptional = OPTIONAL_WORKLOADS.some((optional) => optional === resource);
  const orDelete =
    isOptional && (isUnreadable || isEmpty) ? `, or delete it if the cluster does not have ${resource}` : '';
  return [`replace the file${orDelete}: ${command}`];
}

/** Creates the error for declared kinds (`--referrers-file`) of which no file contains a list. */
export function missingDeclared(input: Input, resources: readonly DeclaredResource[]): RegadmError {
  const commands = resources.map(({ resource, group, version }) =>
    group === ''
      ? saveList(input, resource)
      : saveList(input, `${resource}.${version}.${group}`, { file: `${resource}.${group}.json` }),
  );
  return new RegadmError(
    `--from ${input.from}: no list of ${resources.map(resourceName).join(', ')} found, which --referrers-file declares; cannot tell which images these objects use`,
    {
      code: 'SAVED_LISTS',
      suggestions: [...extractFirst(input), `save them too, even empty lists: ${commands.join('; ')}`],
    },
  );
}

/** Lists that no file contains. */
export interface MissingLists {
  /** Resources that every cluster has. */
  required: SavedResource[];
  /** Resources that a cluster can lack, or that not every plan needs. */
  optional: SavedResource[];
}

/**
 * Creates the error for lists that no file contains, with the commands that save them.
 * @param found resources of which the files have single objects, and files that were not read
 */
export function missingLists(
  input: Input,
  { required, optional }: MissingLists,
  { single, compressed }: { single: ReadonlySet<SavedResource>; compressed: string[] },
): RegadmError {
  const named = required.map((resource) => (single.has(resource) ? `${resource} (only single objects)` : resource));
  const uses = required.some((resource) => resource !== 'images' && resource !== 'imagestreams');
  const commands = (resources: SavedResource[]): string =>
    resources.map((resource) => saveList(input, resource)).join('; ');
  return new RegadmError(
    `--from ${input.from}: no list of ${named.join(', ')} found${uses ? '; cannot tell which images these objects use' : ''}`,
    {
      code: 'SAVED_LISTS',
      suggestions: [
        ...extractFirst(input),
        ...compressed.slice(0, 1).map((file) => `extract or decompress ${file} if it contains them`),
        `save them too, even empty lists: ${commands(required)}`,
        ...(optional.length === 0
          ? []
          : [`save these as well, if the cluster has them and you may list them: ${commands(optional)}`]),
      ],
    },
  );
}
