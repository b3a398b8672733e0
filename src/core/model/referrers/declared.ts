import type { DeclaredPath, DeclaredResource, PathMatch } from '../declared-referrers.js';
import { isDigest } from '../digest.js';
import { parseStreamTag } from '../image-reference.js';
import type { KubeObject } from '../kube.js';
import type { Reference, Referrer } from '../referrer.js';
import { isRecord } from '../values/json.js';
import { hasPlaceholder } from './custom/placeholders.js';
import { imageReferences, possible, unreadable } from './custom/references.js';
import { namespaceOf } from './custom/walk.js';
import type { DeclaredMatches } from './declared-matches.js';

/** Maximum number of texts inside a value that is not text itself, of which each is searched on its own. */
const SEARCHED_TEXTS = 100;

/**
 * Returns the function that reduces the objects of a declared kind to the images that its paths lead to. It never
 * throws: tenants write these objects. What cannot be read is reported, and keeps what it may mean.
 * @param declared `qualifiedName` of the kind: `things.example.com`
 * @param matches counts what is found
 */
export function declaredReducer(
  { kind, qualifiedName }: { kind: string; qualifiedName: string },
  { images, imageStreamTags }: DeclaredResource,
  matches: DeclaredMatches,
): (object: KubeObject) => Referrer {
  return (object) => {
    const namespace = namespaceOf(object);
    const references = new Map<string, Reference>();
    const read = (path: DeclaredPath, toReferences: (text: string, field: string) => Reference[]): void => {
      const found = path.find(object);
      matches.values.set(path, (matches.values.get(path) ?? 0) + found.length);
      for (const match of found)
        for (const reference of referencesOf(match, toReferences)) {
          const key = `${reference.form} ${reference.namespace ?? ''} ${reference.text}`;
          if (!references.has(key)) references.set(key, reference);
        }
    };
    matches.objects++;
    for (const path of images) read(path, imageReference);
    for (const path of imageStreamTags) read(path, (text, field) => [tagReference(text, field, namespace)]);
    const { name } = object.metadata;
    return { kind, namespace, name, references: [...references.values()], declared: qualifiedName };
  };
}

const NO_PARAMETERS = new Map<string, never>();

/** Returns the references to a pull spec, or to the image that a digest alone names. */
function imageReference(text: string, field: string): Reference[] {
  return isDigest(text)
    ? [{ field, form: 'digest', text, extended: true }]
    : imageReferences(field, text, NO_PARAMETERS);
}

function referencesOf(
  { value, path }: PathMatch,
  toReferences: (text: string, field: string) => Reference[],
): Reference[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : toReferences(value.trim(), path);
  return value === null || value === undefined ? [] : notText(value, path);
}

/** Reports a value that is not text. It may mean everything that the texts in it may mean. */
function notText(value: unknown, path: string): Reference[] {
  const texts = textsIn(value);
  const [first = typeof value === 'object' ? '' : String(value)] = texts;
  const type = Array.isArray(value) ? 'a list' : isRecord(value) ? 'an object' : `a ${typeof value}`;
  const rest = texts.slice(SEARCHED_TEXTS);
  return [
    unreadable(path, first, `it is ${type}, not text`),
    ...texts.slice(1, SEARCHED_TEXTS).map((text) => possible(path, text)),
    ...(rest.length > 0 ? [possible(path, rest.join('\n'))] : []),
  ];
}

/** Returns the texts in a value. Without recursion, because values nest deeply. */
function textsIn(value: unknown): string[] {
  const texts = new Set<string>();
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string') texts.add(next);
    else if (typeof next === 'object' && next !== null)
      for (const inner of Object.values(next).reverse() as unknown[]) waiting.push(inner);
  }
  return [...texts];
}

/** Returns the reference to `[NAMESPACE/]STREAM:TAG`. @param own namespace of the object; empty if it has none */
function tagReference(text: string, field: string, own: string): Reference {
  if (hasPlaceholder(text)) return possible(field, text);
  const slash = text.indexOf('/');
  const namespace = slash === -1 ? own : text.slice(0, slash);
  const tag = text.slice(slash + 1);
  const parsed = parseStreamTag(tag);
  if (typeof parsed === 'string') return unreadable(field, text, parsed);
  if (tag.includes('/')) return unreadable(field, text, 'it is not [NAMESPACE/]STREAM:TAG');
  if (namespace === '') return unreadable(field, text, 'it needs a namespace, because its object has none');
  return { field, form: 'stream-tag', text: tag, namespace, extended: true };
}
