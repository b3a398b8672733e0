import type { Permission } from '../../cluster/access-review.js';
import type { RegadmError } from '../../model/errors.js';
import type { ClusterLocation, ObjectStoreLocation } from '../../storage/location.js';
import type { SettingsReader } from './reader.js';

/** An object store as the settings of the registry describe it. */
export interface DescribedStore {
  /** Without credentials if the registry has an identity instead. */
  location: ObjectStoreLocation;
  /** What the pods of the registry log in with, instead of keys. */
  identity?: RegistryIdentity;
  /** What users should know about the settings. */
  warnings: string[];
  /** What to do if the store cannot be reached from here. */
  advice?: string;
}

/** An identity of the cloud that trusts the service account of the registry. */
export type RegistryIdentity =
  | { kind: 'aws'; roleArn: string; region: string }
  | { kind: 'azure'; clientId: string; tenantId: string; authority: string }
  | UnreadableIdentity;

/** An identity that the user may not read. */
export interface UnreadableIdentity {
  kind: 'azure';
  problem: RegadmError;
}

/** What describing a store needs: the cluster, and the flags. */
export interface DescribingContext {
  reader: SettingsReader;
  choice: ClusterLocation;
}

/** Where the registry keeps its images, for printing what reaches them. */
export interface RegistryStorage {
  /** As the operator names it: `s3`, `azure`, `swift`, `gcs`, `oss`, `pvc`, `emptyDir`, …; IBM COS is `s3`. */
  kind: string;
  /** Name of the claim, bucket or container, if it is stated. */
  place?: string;
  /** URL of the object storage, of Swift that of the login; undefined for other kinds. */
  endpoint?: string;
  /** The permissions that opening it with the settings of the registry needs. */
  permissions: Permission[];
}
