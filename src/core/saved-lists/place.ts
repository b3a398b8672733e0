import { isCustomResource } from './custom-objects.js';
import { isInGroup, toSavedResource, type SavedResource } from './kinds.js';

/** What the path of a file shows about its content. */
export interface Place {
  /** The resource that the file must contain. */
  resource?: SavedResource;
  /** The namespace of a must-gather's file. */
  namespace?: string;
  /** True if the file is part of a must-gather and contains another resource. */
  isOther: boolean;
  /** The directory of the must-gather, relative and with a slash at the end; empty for the directory itself. */
  root?: string;
}

/** Directories of a must-gather that stand for groups without a dot. */
const PLAIN_GROUPS = new Set(['core', 'apps', 'batch', 'autoscaling', 'policy', 'extensions']);

/** True if a file can contain lists, by its name. */
export function isListFile(path: string): boolean {
  return /\.(?:json|ya?ml)$/i.test(path);
}

/**
 * Returns what the path of a file shows about its content. `oc adm must-gather` and `oc adm inspect` write lists to
 * `namespaces/NS/GROUP/RESOURCE.yaml`, and objects to `namespaces/NS/pods/POD/POD.yaml` and
 * `cluster-scoped-resources/GROUP/RESOURCE/NAME.yaml`. Elsewhere, only the file's name counts.
 * @param path relative, with slashes
 */
export function placeOf(path: string): Place {
  const parts = path.replace(/\.[a-z]+$/i, '').split('/');
  const at = parts.findIndex((part) => part === 'namespaces' || part === 'cluster-scoped-resources');
  const inside = at === -1 ? undefined : parts[at] === 'namespaces' ? namespaced(parts, at) : clusterScoped(parts, at);
  if (!inside) return { resource: toSavedResource(parts.at(-1)!), isOther: false };
  return { ...inside, root: [...parts.slice(0, at), ''].join('/') };
}

function namespaced(parts: string[], at: number): Place | undefined {
  const [namespace, group, resource] = parts.slice(at + 1);
  if (namespace === undefined || group === undefined) return undefined;
  const depth = parts.length - at - 1;
  // NS/NS.yaml is the Namespace.
  if (depth === 2) return group === namespace ? { isOther: true } : undefined;
  if (group === 'pods')
    return depth === 4 && parts.at(-1) === parts.at(-2)
      ? { resource: 'pods', namespace, isOther: false }
      : { isOther: true };
  const place = grouped(group, resource!, depth - 2);
  return place?.resource ? { ...place, namespace } : place;
}

function clusterScoped(parts: string[], at: number): Place | undefined {
  const [group, resource] = parts.slice(at + 1);
  return group === undefined || resource === undefined ? undefined : grouped(group, resource, parts.length - at - 2);
}

/** @param depth 1 for a list, 2 for one object */
function grouped(group: string, name: string, depth: number): Place | undefined {
  if (!group.includes('.') && !PLAIN_GROUPS.has(group)) return undefined;
  const resource = toSavedResource(name);
  if (resource === undefined && isCustomResource(group, name)) return { isOther: false };
  const isKnown = resource !== undefined && (PLAIN_GROUPS.has(group) || isInGroup(resource, group)) && depth <= 2;
  return isKnown ? { resource, isOther: false } : { isOther: true };
}
