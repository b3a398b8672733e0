import type { ImageObject } from './evidence.js';
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

/**
 * Returns the saved labels and annotations that an object lacks; undefined if it has all. What the saved object itself
 * lacks was removed by a user, and stays removed.
 */
export function missingLabels(
  saved: SavedImage,
  object: Pick<ImageObject, 'uid' | 'labels' | 'annotations'>,
): Pick<ImageObject, 'labels' | 'annotations'> | undefined {
  if (object.uid === saved.uid) return undefined;
  const labels = without(saved.labels, object.labels);
  const annotations = without(saved.annotations, object.annotations);
  return Object.keys(labels).length + Object.keys(annotations).length > 0 ? { labels, annotations } : undefined;
}

type Texts = Readonly<Record<string, string>>;

function without(saved: Texts, present: Texts): Texts {
  return Object.fromEntries(Object.entries(saved).filter(([name]) => present[name] === undefined));
}
