import type { FindValues } from '../model/declared-referrers.js';

/** Maximum length of a path, in characters. */
const MAX_LENGTH = 500;
/** Maximum length of the place of a value, in characters; of a longer one, only the end is shown. */
const MAX_PLACE_LENGTH = 300;

const NAME = String.raw`\$?[A-Za-z_][\w-]*`;
const QUOTED = String.raw`\w(?:[\w/-]|\.(?!\.))*`;
const NAMED = String.raw`\.${NAME}|\['${QUOTED}'\]|\["${QUOTED}"\]`;
const POSITION = String.raw`\*|\d{1,6}|-?\d{0,6}:(?:-?\d{1,6})?(?::\d{1,6})?`;
const STEPS = String.raw`(?:${NAMED}|\.\*|\[(?:${POSITION})\])*`;
const STEPS_ONLY = new RegExp(`^${STEPS}$`);
const STEPS_AFTER_NAME = new RegExp(`^(?:${NAMED})${STEPS}$`);
/** The name of the first step. */
const FIRST_NAME = new RegExp(String.raw`^(?:\.(${NAME})|\[['"](${QUOTED})['"]\])`);

/** What a path can consist of, for messages. */
export const PATH_FORM = `$ and then .name, ['name'], .*, [*], [0], [0:2] and at most one ..name`;

/**
 * Returns what is wrong with a JSONPath, as a clause; undefined if it is valid. Filters and scripts would have to be
 * evaluated. With unions or several `..`, the number of values could grow faster than the object.
 */
export function pathProblem(path: string): string | undefined {
  if (path.length > MAX_LENGTH) return `has more than ${MAX_LENGTH} characters`;
  if (/^\{.*\}$/.test(path)) return 'has braces, as in a template of kubectl; remove them';
  if (!path.startsWith('$')) return 'does not start with $';
  if (/\[['"\s]*\??\s*\(/.test(path)) return 'has a filter or a script, which regadm does not evaluate';
  if (path.split('..').length > 2) return 'has more than one ..';
  if (/\[[^\]]*,/.test(path)) return 'has a union; write one path for each part';
  const { before, after } = partsOf(path);
  const isValid = STEPS_ONLY.test(before) && (after === undefined ? before !== '' : STEPS_AFTER_NAME.test(after));
  return isValid ? undefined : 'is not a JSONPath that regadm knows';
}

/** Splits a path at `..`: the steps before it, and those after it, which start with a name. */
function partsOf(path: string): { before: string; after?: string } {
  const [before = '', after] = path.slice(1).split('..');
  return { before, ...(after === undefined ? {} : { after: after.startsWith('[') ? after : `.${after}` }) };
}

/**
 * Compiles a valid JSONPath. Nothing in it is evaluated, and the time to find values grows only with the size of the
 * object, because tenants write the objects.
 * @param path one for which `pathProblem` returns undefined
 * @see https://www.npmjs.com/package/jsonpath-plus
 */
export async function compilePath(path: string): Promise<FindValues> {
  const { JSONPath } = await import('jsonpath-plus');
  const { before, after } = partsOf(path);
  const follow = (steps: string, { value: json, place }: Found): Found[] => {
    if (steps === '') return [{ value: json, place }];
    const results = JSONPath({ path: `$${steps}`, json: json as object, eval: false, resultType: 'all' }) as Result[];
    return results.filter(isElement).map(({ value, pointer }) => ({ value, place: placeBelow(place, pointer) }));
  };
  return (object) => {
    const found = follow(before, { value: object });
    const values = after === undefined ? found : found.flatMap((root) => searchBelow(root, after, follow));
    return values.map(({ value, place }) => ({ value, path: describePlace(place) }));
  };
}

/** A value in an object, and its place; without one, it is the whole object. */
interface Found {
  value: unknown;
  place?: Place;
}

/** The place of a value: a linked list, because values nest deeply. */
interface Place {
  parent?: Place;
  key: string;
}

/** What the package returns for each value. */
interface Result {
  value: unknown;
  pointer: string;
  parent: unknown;
  parentProperty: string | number | null;
}

/** Returns false for what JavaScript adds to data: the characters of a text, and the length of a list. */
function isElement({ parent, parentProperty }: Result): boolean {
  if (typeof parent !== 'object') return false;
  return !Array.isArray(parent) || /^\d+$/.test(String(parentProperty));
}

/**
 * Follows steps from every object inside a value. Without the package, which calls itself for each level: tenants
 * choose the depth of their objects.
 */
function searchBelow(root: Found, steps: string, follow: (steps: string, from: Found) => Found[]): Found[] {
  const [, plain, quoted] = FIRST_NAME.exec(steps) ?? [];
  const name = plain ?? quoted ?? '';
  const found: Found[] = [];
  const waiting = [root];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, place } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, name)) for (const one of follow(steps, next)) found.push(one);
    const inner = Object.entries(value) as [string, unknown][];
    for (const [key, below] of inner.reverse()) waiting.push({ value: below, place: { parent: place, key } });
  }
  return found;
}

/** @param pointer JSON pointer to the value from there: `/spec/image` */
function placeBelow(place: Place | undefined, pointer: string): Place | undefined {
  const keys = pointer.split('/').slice(1);
  return keys.reduce<Place | undefined>(
    (parent, key) => ({ parent, key: key.replaceAll('~1', '/').replaceAll('~0', '~') }),
    place,
  );
}

/** Describes a place as the fields of other kinds: `spec.steps[0].image`. Of a very long one, the end. */
function describePlace(place: Place | undefined): string {
  let path = '';
  for (let at = place; at; at = at.parent) {
    if (path.length > MAX_PLACE_LENGTH) return `…${path.slice(-MAX_PLACE_LENGTH)}`;
    path = `${stepOf(at.key)}${path}`;
  }
  return path.replace(/^\./, '').slice(-MAX_PLACE_LENGTH);
}

function stepOf(key: string): string {
  if (/^\d+$/.test(key)) return `[${key}]`;
  return /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
