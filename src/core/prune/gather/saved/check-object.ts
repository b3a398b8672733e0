import type { KubeObject } from '../../../model/kube.js';
import { isRecord } from '../../../model/values/json.js';
import type { SavedResource } from './kinds.js';

/** Where the pod template is, for resources whose objects always have one. */
const TEMPLATES: Partial<Record<SavedResource, string[]>> = {
  replicasets: ['spec', 'template', 'spec'],
  deployments: ['spec', 'template', 'spec'],
  daemonsets: ['spec', 'template', 'spec'],
  statefulsets: ['spec', 'template', 'spec'],
  jobs: ['spec', 'template', 'spec'],
  cronjobs: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** Parts that every object of other resources has. */
const PARTS: Partial<Record<SavedResource, string>> = {
  imagestreams: 'status',
  replicationcontrollers: 'spec',
  deploymentconfigs: 'spec',
  builds: 'spec',
  buildconfigs: 'spec',
};

/**
 * Finds a part that an object of the API server always has and that this object lacks: the file was cut or edited. What
 * the object uses or lists is then unknown.
 * @returns the part, e.g. `spec.containers`; undefined if nothing is missing
 */
export function missingPart(resource: SavedResource, object: KubeObject): string | undefined {
  if (resource === 'pods') return missingInPod(object);
  const template = TEMPLATES[resource];
  if (template) return hasContainers(valueAt(object, template)) ? undefined : [...template, 'containers'].join('.');
  const part = PARTS[resource];
  return part === undefined || isRecord(object[part]) ? undefined : part;
}

function missingInPod({ spec, status }: KubeObject): string | undefined {
  if (!isRecord(spec)) return 'spec';
  if (!hasContainers(spec)) return 'spec.containers';
  return isRecord(status) && typeof status.phase === 'string' ? undefined : 'status.phase';
}

function hasContainers(podSpec: unknown): boolean {
  return isRecord(podSpec) && Array.isArray(podSpec.containers) && podSpec.containers.length > 0;
}

function valueAt(object: KubeObject, path: string[]): unknown {
  return path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), object);
}
