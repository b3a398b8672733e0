import path from 'node:path';
import { RegadmError } from '../../../model/errors.js';
import type { Problem } from './collector.js';
import { dirOf, extractFirst, type Input } from './input.js';
import type { SavedResource } from './kinds.js';
import type { Place } from './place.js';

/** Maximum number of files that an error names. */
const LISTED = 5;

/** Creates the error for files that cannot be used, with the commands that save them again. */
export function brokenFiles(input: Input, problems: Problem[]): RegadmError {
  const named = problems.slice(0, LISTED).map(({ path: file, message }) => `${file} ${message}`);
  const more = problems.length > LISTED ? `; and ${problems.length - LISTED} more problems` : '';
  const commands = [...new Set(problems.slice(0, LISTED).map((problem) => saveAgain(input, problem)))];
  return new RegadmError(`--from ${input.from}: cannot read the saved lists: ${named.join('; ')}${more}`, {
    code: 'SAVED_LISTS',
    suggestions: [...extractFirst(input), ...commands],
  });
}

function saveAgain(input: Input, { path: file, place, resource }: Problem): string {
  const target = path.join(dirOf(input), file);
  if (!resource) return `save ${target} again, or delete it`;
  const format = file.endsWith('.json') ? 'json' : 'yaml';
  return `replace the file: oc get ${resource}${scopeOf(resource, place)} -o ${format} > ${target}`;
}

/** Creates the error for lists that no file contains, with the commands that save them. */
export function missingLists(input: Input, missing: SavedResource[]): RegadmError {
  const commands = missing.map(
    (resource) => `oc get ${resource}${scopeOf(resource)} -o json > ${path.join(dirOf(input), `${resource}.json`)}`,
  );
  const uses = missing.some((resource) => resource !== 'images' && resource !== 'imagestreams');
  return new RegadmError(
    `--from ${input.from}: no list of ${missing.join(', ')} found${uses ? '; cannot tell which images these objects use' : ''}`,
    {
      code: 'SAVED_LISTS',
      suggestions: [...extractFirst(input), `save them too, even empty lists: ${commands.join('; ')}`],
    },
  );
}

function scopeOf(resource: SavedResource, place?: Place): string {
  if (resource === 'images') return '';
  return place?.namespace === undefined ? ' -A' : ` -n ${place.namespace}`;
}
