import type { InvalidReference } from '../model/errors.js';
import type { SettingsGrid } from './settings-grid.js';
import type { Space } from './space.js';

/** Where the registry keeps its blobs. */
export interface RegistryStorage {
  /** `pvc`, `s3`, `emptyDir`, …, as the operator names them. */
  kind: string;
  /** Claim, bucket or container; never a secret. */
  place?: string;
  /** Of a claim: its size, in bytes. */
  capacity?: number;
  /** Of a claim: `Bound` and the like. */
  phase?: string;
}

/** The registry as its operator, its Deployment and its pods show it. What could not be read is absent, and named in `unavailable`. */
export interface RegistryState {
  managementState?: string;
  readOnly?: boolean;
  replicas?: { wanted: number; ready?: number };
  rolloutStrategy?: string;
  storage?: RegistryStorage;
  /** Hosts of the registry's routes. */
  routes?: string[];
  internalHost?: string;
  /** From the Deployment's environment; null where it says nothing and the image's own configuration counts. */
  deleteEnabled?: boolean | null;
  /** `inmemory`, `redis`; empty: turned off; null as above. */
  cache?: string | null;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  pods?: { name: string; phase: string; ready: boolean; readOnly: boolean; terminating: boolean; trouble?: string }[];
  unavailable: Unavailable[];
}

/** Something that the user may not read, or that is not there. */
export interface Unavailable {
  what: string;
  message: string;
}

/** What `regadm registry status` found. */
export interface RegistryStatusReport {
  /** The API server's time, ms since the epoch. */
  now: number;
  server: string;
  registry: RegistryState;
  /** Absent where images or image streams cannot be listed. */
  space?: Space;
  /** Absent where what uses images cannot be listed. */
  freeable?: Freeable;
  /** Mean size of an Image object, in bytes. */
  imageObjectBytes: number;
}

/** What prunes with other settings would free. */
export interface Freeable extends SettingsGrid {
  /** The ages as they were written. */
  ageTexts: string[];
  /** For these a prune would stop, unless it ignores them. */
  invalid: InvalidReference[];
}
