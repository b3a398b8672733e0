/** Where a registry's storage is: a directory, or an object store. */
export type StorageLocation = string | ObjectStoreLocation;

/** A registry's storage in an object store, as users name it. */
export type ObjectStoreLocation = S3Location & ObjectStoreAccess;

/** A bucket of S3, or of a service that is compatible with it. */
export interface S3Location {
  kind: 's3';
  bucket: string;
  /** URL of an S3-compatible service; undefined for AWS. */
  endpoint?: string;
  /** Default: that of the environment or the profile, else `us-east-1`. */
  region?: string;
  /** File with credentials, in the format of AWS's shared credentials file. */
  credentialsFile?: string;
}

/** What all kinds of object stores have in common. */
interface ObjectStoreAccess {
  /** The registry's root directory in the store; empty if it has none. */
  directory: string;
  /** Certificate authorities besides the system's, PEM. */
  authorities?: readonly string[];
  /** Maximum number of concurrent requests. */
  concurrency: number;
}
