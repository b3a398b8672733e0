/**
 * Form of a reference: `pull-spec` as in a container, `stream-tag` is `name:tag`, `stream-image` is `name@digest`,
 * `image-id` is what a node reports, `digest` is the name of an image. `unreadable` is text that should contain
 * references: it never ends the run, is reported if something is wrong with it, and keeps what it may mean.
 */
export type ReferenceForm = 'pull-spec' | 'stream-tag' | 'stream-image' | 'image-id' | 'digest' | 'unreadable';

/** A reference to an image in an object. */
export interface Reference {
  /** Place in the object: `container web`, `volume models`; empty for a build's `from`. */
  readonly field: string;
  readonly form: ReferenceForm;
  readonly text: string;
  /** Namespace that a stream tag or stream image refers to. */
  readonly namespace?: string;
  /** True if `oc` ignores it: only the scopes `extended` and `all` include it. */
  readonly extended?: boolean;
  /**
   * What is wrong with a reference of the form `unreadable`; absent if nothing is, because it contains a placeholder.
   */
  readonly problem?: string;
  /** True if a digest counts only in the stream that the reference names, because it can mean another registry. */
  readonly onlyThere?: boolean;
}

/** An object that uses images, reduced to its references. */
export interface Referrer {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly references: readonly Reference[];
  /** Pods only; decides whether the pod counts. */
  readonly phase?: string;
  /** Pods only: ms since the epoch. */
  readonly created?: number;
  /**
   * True if the references were found in any string of the object (`--referrers all`). The image fields of the same
   * object are a referrer of their own.
   */
  readonly anywhere?: true;
  /** The resource, if the user declared its fields (`--referrers-file`): such as `things.example.com`. */
  readonly declared?: string;
}

/** One use of a tag or an image: the object, the field, and the reference as written. */
export interface Use {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly field: string;
  readonly reference: string;
}
