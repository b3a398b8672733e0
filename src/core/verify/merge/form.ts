import { isDigest } from '../../model/digest.js';
import { isRecord } from '../../model/values/json.js';

/**
 * The form of a value: a type, one of several texts, a list, or an object. A field whose name ends with `?` is
 * optional.
 */
export type Form =
  'text' | 'digest' | 'count' | 'flag' | ReadonlySet<string> | readonly [Form] | { readonly [field: string]: Form };

/** Returns where a value does not have a form, and why; undefined if it has. Fields that the form lacks are ignored. */
export function formProblem(value: unknown, form: Form, path = ''): string | undefined {
  const name = path === '' ? 'the document' : path;
  if (form === 'text') return typeof value === 'string' ? undefined : `${name} is not a string`;
  if (form === 'digest') return typeof value === 'string' && isDigest(value) ? undefined : `${name} is not a digest`;
  if (form === 'flag') return typeof value === 'boolean' ? undefined : `${name} is not true or false`;
  if (form === 'count')
    return Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : `${name} is not a number of 0 or more`;
  if (form instanceof Set) return form.has(value) ? undefined : `${name} is not a value that this regadm knows`;
  if (isList(form)) return listProblem(value, form[0], name);
  if (!isRecord(value)) return `${name} is not an object`;
  for (const [key, inner] of Object.entries(form)) {
    const field = key.replace(/\?$/, '');
    if (value[field] === undefined && key.endsWith('?')) continue;
    const problem = formProblem(value[field], inner, path === '' ? field : `${path}.${field}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isList(form: Form): form is readonly [Form] {
  return Array.isArray(form);
}

function listProblem(value: unknown, form: Form, name: string): string | undefined {
  if (!Array.isArray(value)) return `${name} is not a list`;
  for (const [at, entry] of value.entries()) {
    const problem = formProblem(entry, form, `${name}[${at}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
