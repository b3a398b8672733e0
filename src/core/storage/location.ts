/** Where a registry's storage is: a directory, or an object store. */
export type StorageLocation = string | ObjectStoreLocation;

/** A registry's storage in an object store, as users name it. */
export type ObjectStoreLocation = (S3Location | SwiftLocation | AzureLocation) & ObjectStoreAccess;

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

/** A container of Swift. The registry's root directory is the prefix of its driver. */
export interface SwiftLocation {
  kind: 'swift';
  container: string;
  /** URL of the account; undefined for the one that the login states. */
  endpoint?: string;
}

/** A container of Azure Blob Storage. */
export interface AzureLocation {
  kind: 'azure';
  account: string;
  container: string;
  /** Blob URL of the account; undefined for Azure's public cloud. */
  endpoint?: string;
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
