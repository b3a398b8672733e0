/**
 * Form of a reference: `pull-spec` as in a container, `stream-tag` is `name:tag`, `stream-image` is `name@digest`,
 * `image-id` is what a node reports.
 */
export type ReferenceForm = 'pull-spec' | 'stream-tag' | 'stream-image' | 'image-id';

/** A reference to an image in an object. */
export interface Reference {
  /** Place in the object: `container web`, `volume models`; empty for a build's `from`. */
  field: string;
  form: ReferenceForm;
  text: string;
  /** Namespace that a stream tag or stream image refers to. */
  namespace?: string;
  /** True if `oc` ignores it: only the scopes `extended` and `all` include it. */
  extended?: boolean;
}

/** An object that uses images, reduced to its references. */
export interface Referrer {
  kind: string;
  namespace: string;
  name: string;
  references: Reference[];
  /** Pods only; decides whether the pod counts. */
  phase?: string;
  /** Pods only: ms since the epoch. */
  created?: number;
}

/** One use of a tag or an image: the object, the field, and the reference as written. */
export interface Use {
  kind: string;
  namespace: string;
  name: string;
  field: string;
  reference: string;
}
