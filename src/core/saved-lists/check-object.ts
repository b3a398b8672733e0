import type { KubeObject } from '../model/kube.js';
import { isRecord, listOf } from '../model/values/json.js';
import type { SavedResource } from './kinds.js';

/** Where the pod template is, for resources whose objects always have one. */
const TEMPLATES: Partial<Record<SavedResource, string[]>> = {
  replicationcontrollers: ['spec', 'template', 'spec'],
  replicasets: ['spec', 'template', 'spec'],
  deployments: ['spec', 'template', 'spec'],
  daemonsets: ['spec', 'template', 'spec'],
  statefulsets: ['spec', 'template', 'spec'],
  jobs: ['spec', 'template', 'spec'],
  cronjobs: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** The lists of containers in the spec of a pod. */
const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** Finds the missing part of an object of a resource without a pod template. */
const CHECKS: Partial<Record<SavedResource, (object: KubeObject) => string | undefined>> = {
  images: missingInImage,
  pods: missingInPod,
  imagestreams: missingInStream,
  deploymentconfigs: missingInDeploymentConfig,
  builds: missingStrategy,
  buildconfigs: missingStrategy,
};

/** The last part of objects, where it is not the status. */
const LAST_PARTS: Partial<Record<SavedResource, string>> = {
  images: 'metadata',
  limitranges: 'spec',
  controllerrevisions: 'revision',
  // The phase follows what the status states about the output.
  builds: 'status.phase',
};

/**
 * Finds a part that an object of the API server always has and that this object lacks: the file was cut or edited. What
 * the object uses or lists is then unknown.
 * @param canBeCut true if the end of the object can be missing without an error in the syntax of the file
 * @returns the part, e.g. `spec.containers`; undefined if nothing is missing
 */
export function missingPart(resource: SavedResource, object: KubeObject, canBeCut = false): string | undefined {
  return (
    missingName(resource, object) ??
    missingUses(resource, object) ??
    (canBeCut ? missingEnd(resource, object) : undefined)
  );
}

function missingName(resource: SavedResource, { metadata }: KubeObject): string | undefined {
  const { name, namespace }: Partial<KubeObject['metadata']> = isRecord(metadata) ? metadata : {};
  if (typeof name !== 'string') return 'metadata.name';
  return resource === 'images' || typeof namespace === 'string' ? undefined : 'metadata.namespace';
}

function missingUses(resource: SavedResource, object: KubeObject): string | undefined {
  const template = TEMPLATES[resource];
  if (template) return hasContainers(valueAt(object, template)) ? undefined : [...template, 'containers'].join('.');
  return CHECKS[resource]?.(object);
}

/**
 * A file that was cut can still be valid YAML. The API server writes the keys of an object in alphabetical order.
 */
function missingEnd(resource: SavedResource, object: KubeObject): string | undefined {
  const last = LAST_PARTS[resource] ?? 'status';
  return valueAt(object, last.split('.')) === undefined
    ? `${last}: it was cut, or it does not come from the API server`
    : undefined;
}

/** The manifest of an image can name a subject, and what the image consists of. */
function missingInImage({ dockerImageManifest: text }: KubeObject): string | undefined {
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return 'a complete dockerImageManifest: it is not JSON';
  }
}

function missingInPod({ spec, status }: KubeObject): string | undefined {
  if (!isRecord(spec)) return 'spec';
  if (!hasContainers(spec)) return 'spec.containers';
  const lacking = CONTAINER_LISTS.find((list) => !listOf(spec[list]).every(hasImage));
  if (lacking !== undefined) return `spec.${lacking}[].image`;
  return isRecord(status) && typeof status.phase === 'string' ? undefined : 'status.phase';
}

function missingInStream({ status }: KubeObject): string | undefined {
  if (!isRecord(status)) return 'status';
  const tags = listOf(status.tags);
  if (!tags.every((tag) => isRecord(tag) && typeof tag.tag === 'string')) return 'status.tags[].tag';
  if (!tags.every((tag) => isRecord(tag) && hasItems(tag))) return 'status.tags[].items';
  const items = tags.flatMap((tag) => (isRecord(tag) ? listOf(tag.items) : []));
  return items.every(hasImage) ? undefined : 'status.tags[].items[].image';
}

/** The items of a tag are null if none was imported; then conditions state why. */
function hasItems({ items, conditions }: Record<string, unknown>): boolean {
  return Array.isArray(items) || items === null || Array.isArray(conditions);
}

/** Triggers follow the template: where they are, the template was not cut. */
function missingInDeploymentConfig({ spec }: KubeObject): string | undefined {
  if (!isRecord(spec)) return 'spec';
  if (isRecord(spec.template) ? hasContainers(spec.template.spec) : Array.isArray(spec.triggers)) return undefined;
  return 'spec.template.spec.containers';
}

function missingStrategy({ spec }: KubeObject): string | undefined {
  if (!isRecord(spec)) return 'spec';
  return isRecord(spec.strategy) ? undefined : 'spec.strategy';
}

function hasContainers(podSpec: unknown): boolean {
  return isRecord(podSpec) && Array.isArray(podSpec.containers) && podSpec.containers.length > 0;
}

/** Every container of a pod, and every item of a tag, has an image; in a template, it can be missing. */
function hasImage(part: unknown): boolean {
  return isRecord(part) && typeof part.image === 'string';
}

function valueAt(object: KubeObject, path: string[]): unknown {
  return path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), object);
}
