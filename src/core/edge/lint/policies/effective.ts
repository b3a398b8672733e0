import { isDeepStrictEqual } from 'node:util';
import type { FieldPath } from '../../model.js';
import type { ObjectFacts } from '../facts.js';
import type { At } from '../finding.js';
import { mergeLayers, type Layer, type MergeStyle } from './layers.js';

interface Sources {
  /** The source file, then the patches, in the order in which they are applied. */
  layers: Layer[];
  style: MergeStyle;
  /** Contents of the published source file with this name; undefined if none is published. */
  published?: object;
  /** Where a field belongs that no file sets. */
  missing: (path: FieldPath) => At;
}

/**
 * Combines a source file with the patches of a policy.
 * @returns undefined if a patch deletes the object
 */
export function effectiveObject(
  sources: Sources,
): Pick<ObjectFacts, 'kind' | 'get' | 'at' | 'isPublished'> | undefined {
  const { layers, style, published, missing } = sources;
  const find = mergeLayers(layers, style);
  if (find([]).parts.length === 0) return undefined;
  const get = (path: FieldPath): unknown => find(path).value ?? undefined;
  return {
    kind: String(get(['kind'])),
    get,
    at: (path) => find(path).at ?? missing(path),
    isPublished: (path) => published !== undefined && isDeepStrictEqual(get(path), valueAt(published, path)),
  };
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown> | null)?.[part], value);
}
