/** What `--referrers-file` declares: where objects of further kinds name images. */
export interface DeclaredReferrers {
  /** The file's name as the user wrote it. */
  readonly file: string;
  readonly resources: readonly DeclaredResource[];
}

/** A kind of object, and the fields that name images. */
export interface DeclaredResource {
  /** Plural name. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Fields that contain pull specs. */
  readonly images: readonly DeclaredPath[];
  /** Fields that contain `[NAMESPACE/]STREAM:TAG`. */
  readonly imageStreamTags: readonly DeclaredPath[];
  /** Line in the file. */
  readonly line: number;
}

/** A JSONPath. */
export interface DeclaredPath {
  readonly text: string;
  /** Line in the file. */
  readonly line: number;
  readonly find: FindValues;
}

/** Returns the values to which a path leads in an object. Never throws, whatever the object contains. */
export type FindValues = (object: object) => PathMatch[];

/** A value, and its place in the object: `spec.steps[0].image`. */
export interface PathMatch {
  readonly value: unknown;
  readonly path: string;
}
