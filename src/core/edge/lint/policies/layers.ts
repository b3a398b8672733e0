import { isMap, isScalar } from 'yaml';
import { isRecord } from '../../../model/values/json.js';
import type { YamlDocument } from '../../files/yaml-document.js';
import type { FieldPath } from '../../model.js';
import type { At } from '../finding.js';

/**
 * How a layer changes those below it. `patch`: null deletes a field, and `$patch` deletes or replaces a map, as in a
 * strategic merge. `overlay`: a field that is null changes nothing, as in a PolicyGenTemplate. With both, maps merge,
 * and everything else replaces.
 */
export type MergeStyle = 'overlay' | 'patch';

/** A part of a file that sets fields of an object, or the contents of a published source file. */
export type Layer = FileLayer | { contents: object };

/** A part of a file that sets fields of an object. */
export interface FileLayer {
  document: YamlDocument;
  /** Where the object's fields begin. */
  path: FieldPath;
  /** The fields that count; undefined means all. */
  fields?: readonly string[];
  /** Changes the strings of a source file as its generator does; undefined removes the field. */
  fill?: (text: string) => string | undefined;
}

/** A value in one layer. */
interface Part {
  isMap: boolean;
  value: () => unknown;
  child: (key: string | number) => Part | undefined;
  /** Undefined for published contents. */
  at?: At;
}

/** Returns a layer's whole object; undefined if there is none. */
function rootOf(layer: Layer): Part | undefined {
  if ('contents' in layer) return plainPart(layer.contents);
  const { fields } = layer;
  const root = filePart(layer, layer.path);
  if (!root || !fields) return root;
  return {
    ...root,
    child: (key) => (fields.includes(String(key)) ? root.child(key) : undefined),
    value: () => {
      const value = root.value();
      return isRecord(value)
        ? Object.fromEntries(Object.entries(value).filter(([key]) => fields.includes(key)))
        : undefined;
    },
  };
}

function filePart(layer: FileLayer, path: FieldPath): Part | undefined {
  const { document, fill } = layer;
  const node = document.node(path);
  if (node === undefined) return undefined;
  const value = (): unknown => (fill ? filled(document.value(path), fill) : document.value(path));
  if (isScalar(node) && value() === undefined) return undefined;
  return {
    isMap: isMap(node),
    value,
    child: (key) => filePart(layer, [...path, key]),
    at: document.at(path),
  };
}

/** Changes every string in a value; removes those for which there is none. */
function filled(value: unknown, fill: (text: string) => string | undefined): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((item) => filled(item, fill));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, filled(item, fill)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

function plainPart(value: unknown): Part | undefined {
  if (value === undefined) return undefined;
  return {
    isMap: isRecord(value),
    value: () => value,
    child: (key) => plainPart((value as Record<string | number, unknown> | null)?.[key]),
  };
}

/** What layers set at one path. */
interface Merged {
  /** The layers' values that make up the merged value, the lowest first; empty if it is not set. */
  parts: Part[];
  value: unknown;
  /** Where the highest layer sets it; undefined if no file does. */
  at?: At;
}

/** Makes the function that merges layers. It remembers what it found, because rules read a field often. */
export function mergeLayers(layers: Layer[], style: MergeStyle): (path: FieldPath) => Merged {
  const known = new Map<string, Merged>();
  // Rules compare many objects with each other, always with the same constant paths.
  const byPath = new WeakMap<FieldPath, Merged>();
  const find = (path: FieldPath): Merged => {
    const found = byPath.get(path) ?? findByKey(path);
    byPath.set(path, found);
    return found;
  };
  const findByKey = (path: FieldPath): Merged => {
    const key = JSON.stringify(path);
    const found = known.get(key) ?? mergedParts(partsAt(path).reduce<Part[]>(combined(style), []), style);
    known.set(key, found);
    return found;
  };
  const partsAt = (path: FieldPath): Part[] =>
    path.length === 0
      ? layers.flatMap((layer) => rootOf(layer) ?? [])
      : find(path.slice(0, -1)).parts.flatMap((part) => part.child(path.at(-1)!) ?? []);
  return find;
}

function mergedParts(parts: Part[], style: MergeStyle): Merged {
  let value: unknown;
  let isMerged = false;
  return {
    parts,
    get value() {
      if (!isMerged) value = parts.reduce<unknown>((base, part) => merge(base, part.value(), style), undefined);
      isMerged = true;
      return value;
    },
    at: parts.at(-1)?.at,
  };
}

/** Puts one layer's value on top of those below it. */
function combined(style: MergeStyle): (below: Part[], part: Part) => Part[] {
  return (below, part) => {
    if (part.isMap) {
      const directive = style === 'patch' ? part.child('$patch')?.value() : undefined;
      if (directive === 'delete') return [];
      return directive !== 'replace' && below.at(-1)?.isMap ? [...below, part] : [part];
    }
    if (part.value() === null) return style === 'overlay' ? below : [];
    return [part];
  };
}

function merge(base: unknown, patch: unknown, style: MergeStyle): unknown {
  if (!isRecord(patch)) return patch;
  const { $patch: directive, ...fields } = patch;
  const replaces = style === 'patch' && directive === 'replace';
  const result: Record<string, unknown> = isRecord(base) && !replaces ? { ...base } : {};
  for (const [key, value] of Object.entries(fields)) {
    const isDeleted = value === null || (isRecord(value) && value.$patch === 'delete');
    // A null that deletes nothing stays: a template without quotes is a key without a value.
    if (isDeleted && Object.hasOwn(result, key)) {
      if (style === 'patch') Reflect.deleteProperty(result, key);
    } else {
      Object.defineProperty(result, key, {
        value: merge(result[key], value, style),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
  }
  return result;
}
