import type { AzureCredentials, Current, S3Credentials, SwiftLogin } from './credentials.js';

/** What `--storage` names: a storage, or that of the cluster's registry. */
export type StorageChoice = StorageLocation | ClusterLocation;

/** The storage of the cluster's registry: its place and its credentials are read from the cluster. */
export interface ClusterLocation extends ObjectStoreOptions {
  kind: 'cluster';
}

/** Where a registry's storage is: a directory, or an object store. */
export type StorageLocation = string | ObjectStoreLocation;

/** A registry's storage in an object store. */
export type ObjectStoreLocation = (S3Location | SwiftLocation | AzureLocation) & ObjectStoreAccess;

/** A bucket of S3, or of a service that is compatible with it. */
export interface S3Location {
  kind: 's3';
  bucket: string;
  /** URL of an S3-compatible service; undefined for AWS. */
  endpoint?: string;
  /** Default: that of the environment or the profile, else `us-east-1`. */
  region?: string;
  /** True if the bucket is part of the host name instead of the path. Default: only on AWS. */
  virtualHost?: boolean;
  /** File with credentials, in the format of AWS's shared credentials file. */
  credentialsFile?: string;
  /** Credentials instead of those of a file or the environment. */
  credentials?: Current<S3Credentials>;
}

/** A container of Swift. The registry's root directory is the prefix of its driver. */
export interface SwiftLocation {
  kind: 'swift';
  container: string;
  /** URL of the account; undefined for the one that the login states. */
  endpoint?: string;
  /** Login instead of that of the environment. */
  login?: SwiftLogin;
}

/** A container of Azure Blob Storage. */
export interface AzureLocation {
  kind: 'azure';
  account: string;
  container: string;
  /** Blob URL of the account; undefined for Azure's public cloud. */
  endpoint?: string;
  /** Credentials instead of those of the environment. */
  credentials?: Current<AzureCredentials>;
}

/** How to reach an object store. */
interface ObjectStoreOptions {
  /** Certificate authorities besides the system's, PEM. */
  authorities?: readonly string[];
  /** Maximum number of concurrent requests. */
  concurrency: number;
}

/** What all kinds of object stores have in common. */
interface ObjectStoreAccess extends ObjectStoreOptions {
  /** The registry's root directory in the store; empty if it has none. */
  directory: string;
  /** True to accept every certificate of the store. */
  isUnverified?: boolean;
}
