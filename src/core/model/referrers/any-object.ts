import { namesStream, parseImageReference } from '../image-reference.js';
import type { KubeObject } from '../kube.js';
import type { Reference, Referrer } from '../referrer.js';

/**
 * Returns the function that reduces objects of any kind to the strings that are pull specs with a digest, or with one
 * of these hosts. The field of a reference is its path in the object: `spec.steps[0].image`.
 */
export function anyObjectReducer(kind: string, hosts: string[]): (object: KubeObject) => Referrer {
  const prefixes = hosts.map((host) => `${host}/`);
  return (object) => {
    const references: Reference[] = [];
    collect(object, '', prefixes, references);
    return { kind, namespace: object.metadata?.namespace ?? '', name: object.metadata?.name ?? '', references };
  };
}

function collect(value: unknown, path: string, prefixes: string[], found: Reference[]): void {
  if (typeof value === 'string') {
    const text = pullSpec(value, prefixes);
    if (text !== undefined) found.push({ field: path, form: 'pull-spec', text, extended: true });
  } else if (Array.isArray(value)) {
    value.forEach((one, index) => collect(one, `${path}[${index}]`, prefixes, found));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      if (key !== 'managedFields') collect(one, step(path, key), prefixes, found);
    }
  }
}

function step(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** Maximum length of a string that is parsed: more than any valid reference has. */
const MAX_LENGTH = 700;

/**
 * Returns the pull spec in a string: one with a digest, from any host, or one of the registry itself. Ignores a scheme
 * (`docker://`).
 */
function pullSpec(value: string, prefixes: string[]): string | undefined {
  if (value.length > MAX_LENGTH) return undefined;
  const text = value.trim().replace(/^[a-z][a-z-]*:\/\//, '');
  const own = prefixes.some((prefix) => text.startsWith(prefix));
  if (!own && !text.includes('@sha')) return undefined;
  const parsed = parseImageReference(text);
  if (typeof parsed === 'string') return undefined;
  return parsed.digest !== '' || (own && namesStream(parsed)) ? text : undefined;
}
