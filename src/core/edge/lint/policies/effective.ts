import { isDeepStrictEqual } from 'node:util';
import type { FieldPath } from '../../model.js';
import type { ObjectFacts } from '../facts.js';
import type { At } from '../finding.js';
import { mergedValue, partsAt, type Layer, type MergeStyle } from './layers.js';

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
  const get = (path: FieldPath): unknown => mergedValue(partsAt(layers, path, style), style) ?? undefined;
  if (get([]) === undefined) return undefined;
  return {
    kind: String(get(['kind'])),
    get,
    at: (path) => partsAt(layers, path, style).at(-1)?.at ?? missing(path),
    isPublished: (path) => published !== undefined && isDeepStrictEqual(get(path), valueAt(published, path)),
  };
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown> | null)?.[part], value);
}
