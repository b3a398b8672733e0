import { listPath, type ListedResource } from './resources.js';

/** The path of one object. Names go as they are but for what would end the path: a digest's colon stays one. */
export function objectPath(resource: ListedResource, name: string, namespace?: string): string {
  return `${listPath(resource, namespace)}/${encodeURIComponent(name).replaceAll('%3A', ':')}`;
}
