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
    const references = collect(object, prefixes);
    return { kind, namespace: object.metadata?.namespace ?? '', name: object.metadata?.name ?? '', references };
  };
}

/** Collects the pull specs in a value, in the order of its fields. Without recursion, because values nest deeply. */
function collect(value: unknown, prefixes: string[]): Reference[] {
  const found: Reference[] = [];
  const waiting: [value: unknown, path: string][] = [[value, '']];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [current, path] = next;
    if (typeof current === 'string') {
      const text = pullSpec(current, prefixes);
      if (text !== undefined) found.push({ field: path, form: 'pull-spec', text, extended: true });
    } else if (typeof current === 'object' && current !== null) {
      const inner = childrenOf(current, path);
      for (let at = inner.length - 1; at >= 0; at--) waiting.push(inner[at]!);
    }
  }
  return found;
}

function childrenOf(value: object, path: string): [value: unknown, path: string][] {
  if (Array.isArray(value)) return value.map((one, index) => [one, `${path}[${index}]`]);
  return Object.entries(value)
    .filter(([key]) => key !== 'managedFields')
    .map(([key, one]) => [one, step(path, key)]);
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
