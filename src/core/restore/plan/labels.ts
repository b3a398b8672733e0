import type { KubeObject } from '../../model/kube.js';
import type { SavedImage } from './saved.js';

/** Annotations that the registry and the API server set themselves when an image is pushed. */
const SET_BY_SERVER: ReadonlySet<string> = new Set([
  'image.openshift.io/dockerLayersOrder',
  'image.openshift.io/manifestBlobStored',
  'openshift.io/image.managed',
]);

/** True if an image has labels or annotations that a push does not set. */
export function isLabeled({ labels, annotations }: SavedImage): boolean {
  return Object.keys(labels).length > 0 || Object.keys(annotations).some((name) => !SET_BY_SERVER.has(name));
}

/** Returns the saved labels and annotations that an object lacks; undefined if it has all. */
export function missingLabels(
  { labels, annotations }: SavedImage,
  { metadata }: KubeObject,
): Pick<KubeObject['metadata'], 'labels' | 'annotations'> | undefined {
  const lost = {
    labels: without(labels, metadata.labels),
    annotations: without(annotations, metadata.annotations),
  };
  return Object.keys(lost.labels).length + Object.keys(lost.annotations).length > 0 ? lost : undefined;
}

function without(
  saved: Readonly<Record<string, string>>,
  present: Record<string, string> = {},
): Record<string, string> {
  return Object.fromEntries(Object.entries(saved).filter(([name]) => present[name] === undefined));
}
