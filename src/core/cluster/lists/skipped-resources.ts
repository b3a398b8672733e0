import { didYouMean, suggest } from '../../kit/suggest.js';
import { NOTHING_TO_SKIP, NOT_SEARCHED } from '../../model/advice.js';
import { everyResourceOf } from '../../model/skip-resource.js';
import { EXTENDED_REFERRERS, REFERRERS, qualifiedName, type Resource } from '../resources.js';

/** Resources whose image fields are read even if they are skipped. */
const KNOWN: ReadonlySet<string> = new Set([...REFERRERS, ...EXTENDED_REFERRERS].map(qualifiedName));

/** Returns true if a value of `--skip-resource` skips a resource. */
export function isSkipped(resource: Pick<Resource, 'group' | 'resource'>, skip: readonly string[]): boolean {
  return skip.includes(qualifiedName(resource)) || skip.includes(everyResourceOf(resource.group));
}

/**
 * Describes the consequences of `--skip-resource`, and its values that have no effect.
 * @param skip the values
 * @param found the resources that would be searched without them, by qualified name
 * @param groups the groups of the API
 */
export function skippedWarnings(
  skip: readonly string[],
  found: readonly string[],
  groups: readonly string[],
): string[] {
  const effective = new Set([...found, ...groups.map(everyResourceOf)]);
  const given = [...new Set(skip)];
  return [
    ...consequences(given.filter((name) => effective.has(name))),
    ...given.filter((name) => !effective.has(name)).map((name) => withoutEffect(name, found)),
  ];
}

function consequences(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    NOT_SEARCHED(
      names,
      names.filter((name) => KNOWN.has(name)),
    ),
  ];
}

function withoutEffect(name: string, found: readonly string[]): string {
  const longer = found.filter((other) => other.startsWith(`${name}.`)).slice(0, 3);
  return NOTHING_TO_SKIP(name, didYouMean(longer.length > 0 ? longer : suggest(name, found)));
}
