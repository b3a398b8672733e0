/**
 * How a reference is written:
 * `pull-spec` as in a container, `stream-tag` `name:tag`, `stream-image` `name@digest`, `image-id` what a node reports.
 */
export type ReferenceForm = 'pull-spec' | 'stream-tag' | 'stream-image' | 'image-id';

/** One mention of an image. */
export interface Reference {
  /** Where it is in the object: `container web`, `volume models`; empty for a build's `from`. */
  field: string;
  form: ReferenceForm;
  text: string;
  /** For stream tags and stream images: the namespace that they mean. */
  namespace?: string;
  /** Seen only by `--referrers extended` and `all`. */
  extended?: boolean;
}

/** An object that uses images, reduced to its references. */
export interface Referrer {
  kind: string;
  namespace: string;
  name: string;
  references: Reference[];
  /** Pods only: whether they count depends on it. */
  phase?: string;
  /** Pods only: ms since the epoch. */
  created?: number;
}

/** One use of a tag or an image: by which object, in which field, and as what it was written. */
export interface Use {
  kind: string;
  namespace: string;
  name: string;
  field: string;
  reference: string;
}
