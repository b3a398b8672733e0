import { isLocalName, namesStream, parseImageReference } from '../image-reference.js';
import type { KubeObject } from '../kube.js';
import type { Reference, Referrer } from '../referrer.js';

/**
 * Returns the function that reduces objects of any kind to the images that their strings name: by digest, by a host of
 * the registry, or, in a field for images, by a name in its own namespace. The field of a reference is its path in the
 * object: `spec.steps[0].image`.
 */
export function anyObjectReducer(kind: string, hosts: string[]): (object: KubeObject) => Referrer {
  const registries = hostPattern(hosts);
  return (object) => ({
    kind,
    namespace: object.metadata?.namespace ?? '',
    name: object.metadata?.name ?? '',
    references: collect(object, registries),
    anywhere: true,
  });
}

/** Returns what finds `HOST/` of any of the hosts in a text, in upper or lower case; undefined without hosts. */
function hostPattern(hosts: readonly string[]): RegExp | undefined {
  const escaped = hosts.map((host) => host.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return hosts.length === 0 ? undefined : new RegExp(`(?:${escaped.join('|')})/`, 'gi');
}

/** A part of an object. */
interface Part {
  value: unknown;
  path: string;
  /** True for the key of a field, whose path is the same as that of its value. */
  isKey?: boolean;
}

/** The path of a field that names an image, or of an entry in it: `steps[0].image`, `imageStream`, `images[1]`. */
const IMAGE_FIELD = /(?:^|\.)[\w-]*image[\w-]*(?:\[\d+\])?$/i;

/** True for a name without a host and a namespace: it can mean an image stream in the namespace of the object. */
function isLocalReference(text: string): boolean {
  const parsed = parseImageReference(text);
  return typeof parsed !== 'string' && isLocalName(parsed);
}

/** Collects the references in a value, in the order of its fields. Without recursion, because values nest deeply. */
function collect(value: unknown, registries: RegExp | undefined): Reference[] {
  const found: Reference[] = [];
  const waiting: Part[] = [{ value, path: '' }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value: current, path, isKey } = next;
    if (typeof current === 'string') {
      for (const reference of findReferences(current, registries)) found.push({ field: path, ...reference });
      if (!isKey && IMAGE_FIELD.test(path) && !current.includes('@') && isLocalReference(current))
        found.push({ field: path, form: 'pull-spec', text: current, extended: true });
    } else if (typeof current === 'object' && current !== null) {
      const inner = childrenOf(current, path);
      for (let at = inner.length - 1; at >= 0; at--) waiting.push(inner[at]!);
    }
  }
  return found;
}

/** Returns the values in an object or a list, and the keys of an object, because a key can name an image, too. */
function childrenOf(object: object, path: string): Part[] {
  if (Array.isArray(object)) return object.map((value: unknown, index) => ({ value, path: `${path}[${index}]` }));
  return Object.entries(object)
    .filter(([key]) => key !== 'managedFields')
    .flatMap(([key, value]: [string, unknown]) => [
      { value: key, path: step(path, key), isKey: true },
      { value, path: step(path, key) },
    ]);
}

function step(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

type Found = Omit<Reference, 'field'>;

/**
 * Finds the references in a text, without duplicates: digests at any position, and `HOST/NAMESPACE/NAME[:TAG]`. If the
 * text contains escape sequences of JSON, it also looks at what they stand for.
 */
function findReferences(text: string, registries: RegExp | undefined): Iterable<Found> {
  const found = new Map<string, Found>();
  addReferences(text, registries, found);
  const decoded = decodeEscapes(text);
  if (decoded !== text) addReferences(decoded, registries, found);
  return found.values();
}

/** A slash or another character of ASCII, as JSON in a string escapes it; with more backslashes if it is nested. */
const ESCAPE = /(?<!\\)\\+(?:(\/)|u00([2-7][0-9a-f]))/gi;

function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_, slash?: string, code?: string) => slash ?? String.fromCharCode(parseInt(code!, 16)));
}

function addReferences(text: string, registries: RegExp | undefined, found: Map<string, Found>): void {
  const add = (form: Reference['form'], name: string): void =>
    void found.set(name, { form, text: name, extended: true });
  for (const { index } of text.matchAll(DIGEST)) {
    const spec = found.size < MAX_PULL_SPECS ? pullSpecAround(text, index) : undefined;
    if (spec === undefined) add('digest', text.slice(index, index + DIGEST_LENGTH).toLowerCase());
    else add('pull-spec', spec);
  }
  // Most texts have no slash.
  if (!registries || !text.includes('/')) return;
  for (const { index, 0: prefix } of text.matchAll(registries))
    for (const name of tagsAt(text, index, prefix.toLowerCase())) add('pull-spec', name);
}

/** A digest of an image, also if more digits follow, and in upper case. */
const DIGEST = /sha256:[0-9a-f]{64}/gi;
const DIGEST_LENGTH = 'sha256:'.length + 64;

/** Maximum number of pull specs with a digest that are told apart in one string; further digests count alone. */
const MAX_PULL_SPECS = 100;
/** Maximum length of what precedes a digest, or follows a host: more than any valid reference has. */
const MAX_LENGTH = 400;

/** Returns the valid pull spec that a digest at this position ends, without a scheme; undefined if there is none. */
function pullSpecAround(text: string, index: number): string | undefined {
  if (text[index - 1] !== '@') return undefined;
  let start = index - 1;
  while (start > Math.max(0, index - MAX_LENGTH) && /[\w.:/-]/.test(text[start - 1]!)) start--;
  const spec = text.slice(start, index + DIGEST_LENGTH).replace(/^.*\/\//, '');
  return typeof parseImageReference(spec) === 'string' ? undefined : spec;
}

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const AFTER_HOST = new RegExp(`^${COMPONENT}(?:/${COMPONENT})+(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?`);
const IS_FOLLOWED_BY_DIGEST = /^@sha256:[0-9a-f]{64}/i;

/**
 * Returns the references by tag that begin at this position with a host of the registry. In a sentence, the last
 * characters of a tag can be punctuation, so the tag without them counts, too.
 */
function tagsAt(text: string, at: number, prefix: string): string[] {
  const start = at + prefix.length;
  const [rest] = AFTER_HOST.exec(text.slice(start, start + MAX_LENGTH)) ?? [];
  if (rest === undefined) return [];
  const end = start + rest.length;
  if (IS_FOLLOWED_BY_DIGEST.test(text.slice(end, end + 1 + DIGEST_LENGTH))) return [];
  const name = `${prefix}${rest}`;
  return [...new Set([name, name.replace(/[.-]+$/, '')])].filter((one) => {
    const parsed = parseImageReference(one);
    return typeof parsed !== 'string' && namesStream(parsed);
  });
}
