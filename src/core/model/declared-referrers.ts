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

/**
 * The content of a file that declares referrers (`--referrers-file`): kinds of objects, and their fields that name
 * images. The schema is stricter than those of other documents, so that editors find mistakes.
 * @schema {"additionalProperties": false}
 */
export interface ReferrersSource {
  apiVersion: 'regadm/v1';
  kind: 'Referrers';
  /**
   * Each resource once.
   * @schema {"minItems": 1, "maxItems": 200}
   */
  resources: ReferrerSource[];
}

/** @schema {"additionalProperties": false, "anyOf": [{"required": ["images"]}, {"required": ["imageStreamTags"]}]} */
interface ReferrerSource {
  /**
   * PLURAL.GROUP/VERSION, or PLURAL/VERSION for the core group.
   * @schema {"pattern": "^[a-z0-9-]+(?:[.][a-z0-9.-]+)?/[a-z0-9-]+$"}
   */
  resource: string;
  /**
   * Fields that contain a pull spec, or the digest of an image.
   * @schema {"minItems": 1, "maxItems": 200}
   */
  images?: PathSource[];
  /**
   * Fields that contain [NAMESPACE/]STREAM:TAG; the default is the namespace of the object.
   * @schema {"minItems": 1, "maxItems": 200}
   */
  imageStreamTags?: PathSource[];
}

/**
 * A JSONPath without filters and scripts: $.spec.containers[*].image, $..image.
 * @schema {"maxLength": 500, "pattern": "^[$][.[]"}
 */
type PathSource = string;
