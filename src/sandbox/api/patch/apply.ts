import type { KubeObject } from '../../../core/model/kube.js';
import { isCustomResource, type ResourceDefinition } from '../resources.js';
import { badRequest, invalid, unsupportedMediaType } from '../status.js';
import { jsonPatch, mergePatch } from './json.js';
import { strategicMergePatch } from './strategic.js';

interface Patch {
  /** Content type of the request. */
  type: string;
  change: unknown;
}

/**
 * Applies a patch to an object.
 * @throws ApiStatus 415 for a type that the kind does not support, 400 or 422 for a patch that cannot be applied
 */
export function applyPatch(definition: ResourceDefinition, current: KubeObject, { type, change }: Patch): KubeObject {
  switch (type.split(';')[0]!.trim()) {
    case 'application/merge-patch+json':
      return mergePatch(current, change) as KubeObject;
    case 'application/json-patch+json':
      return attempt(
        () => jsonPatch(current, change as []),
        (problem) => invalid(definition, current.metadata.name, [problem]),
      );
    case 'application/strategic-merge-patch+json':
      // Custom resources do not define how their lists are merged.
      if (isCustomResource(definition)) throw unsupportedMediaType(type);
      return attempt(() => strategicMergePatch(current, change), badRequest);
    default:
      throw unsupportedMediaType(type);
  }
}

function attempt(patch: () => unknown, refusal: (problem: string) => Error): KubeObject {
  try {
    return patch() as KubeObject;
  } catch (error) {
    throw refusal((error as Error).message);
  }
}
