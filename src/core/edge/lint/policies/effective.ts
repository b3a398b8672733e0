import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../../model/values/json.js';
import type { YamlDocument } from '../../files/yaml-document.js';
import type { FieldPath } from '../../model.js';
import type { ObjectFacts } from '../facts.js';
import type { At } from '../finding.js';

/** A part of a file that sets fields of an object. */
export interface Layer {
  document: YamlDocument;
  /** Where the object's fields begin. */
  path: FieldPath;
}

/** What makes up an object, in the order in which it is applied. */
interface Parts {
  /** Contents of the published source file. */
  published?: object;
  /** The source file among the given files, then the patches. */
  layers: Layer[];
  /** Where a policy names the source file, or the file itself. */
  entry: At;
}

/** Combines a source file with the patches of a policy: maps merge, everything else replaces. */
export function effectiveObject({ published, layers, entry }: Parts): Pick<ObjectFacts, 'get' | 'at' | 'isPublished'> {
  const values = layers.map(({ document, path }) => document.value(path));
  const value = values.reduce(merge, published);
  return {
    get: (path) => valueAt(value, path) ?? undefined,
    at: (path) => {
      const setter = layers.findLast(({ document, path: top }) => document.node([...top, ...path]) !== undefined);
      if (!setter) return entry;
      const { document, path: top } = setter;
      return { file: document.file, line: document.line([...top, ...path]) };
    },
    isPublished: (path) => isDeepStrictEqual(valueAt(value, path), valueAt(published, path)),
  };
}

function merge(base: unknown, patch: unknown): unknown {
  if (!isRecord(base) || !isRecord(patch)) return patch === undefined ? base : patch;
  const changed = Object.entries(patch).map(([key, value]) => [key, merge(base[key], value)] as const);
  return { ...base, ...Object.fromEntries(changed) };
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, part) => (inner as never)?.[part], value);
}
