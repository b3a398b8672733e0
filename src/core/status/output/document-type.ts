import type { Count, DocumentHeader, Timestamp } from '../../model/document.js';
import type { ConsideredPulls } from '../../model/pulls.js';
import type { InvalidReference } from '../../model/errors.js';
import type { StoragePlace } from '../../model/registry-storage.js';

/** What `regadm registry status -o json` prints. */
export interface RegistryStatusDocument extends DocumentHeader<'RegistryStatus'> {
  /** The API server's time; with --from, this machine's. */
  time: Timestamp | null;
  /** URL of the API server; absent with --from. */
  server?: string;
  /** The saved lists of --from. */
  from?: string;
  registry: RegistryEntry;
  /** Absent if images or image streams cannot be listed. */
  space?: SpaceEntry;
  /** What the storage contains; present with --storage. */
  stored?: StoredEntry;
  /** When images were pulled; present with --pulls, if images and image streams can be listed. */
  pulls?: PulledEntry;
  /** Absent if the objects that use images cannot be listed. */
  freeable?: FreeableEntry;
  /** Parts that could not be read. */
  unavailable: UnavailableEntry[];
}

/** The registry as its operator, its Deployment and its pods show it. A part that could not be read is absent. */
export interface RegistryEntry {
  managementState?: string;
  readOnly?: boolean;
  replicas?: ReplicasEntry;
  rolloutStrategy?: string;
  storage?: StorageEntry;
  /** Hosts of the registry's routes. */
  routes?: string[];
  internalHost?: string;
  /** How image streams import images: `Legacy`, or `PreserveOriginal` (with all children of image indexes). */
  imageStreamImportMode?: string;
  /** Whether the registry allows deletion; null if its Deployment does not set it. */
  deleteEnabled?: boolean | null;
  /** The blob cache: `inmemory`, `redis`, or empty if turned off; null if the Deployment does not set it. */
  cache?: string | null;
  /** Conditions of the operator's config. */
  conditions?: ConditionEntry[];
  pods?: PodEntry[];
}

interface ReplicasEntry {
  wanted: Count;
  ready?: Count;
}

interface StorageEntry {
  /** As the operator names it: `pvc`, `s3`, `emptyDir`, …; `container`: the file system of the pods. */
  kind: string;
  /** The claim, bucket or container. */
  place?: string;
  /** Size of the claim, in bytes. */
  capacity?: Count;
  /** Phase of the claim. */
  phase?: string;
  /** True if every roll-out of the registry deletes all its images; absent otherwise. */
  ephemeral?: boolean;
}

interface ConditionEntry {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

interface PodEntry {
  name: string;
  phase: string;
  ready: boolean;
  readOnly: boolean;
  terminating: boolean;
  /** Why it does not run. */
  trouble?: string;
}

/** Images and bytes as the Image objects state them. */
export interface SpaceEntry {
  images: Count;
  /** Images that were imported: they take no space in the registry. */
  imported: Count;
  imageStreams: Count;
  tagItems: Count;
  blobs: Count;
  bytes: Count;
  /** Bytes that images of several namespaces need. */
  sharedBetweenNamespaces: Count;
  /** Largest first. */
  namespaces: NamespaceEntry[];
  /** Largest first. */
  streams: StreamEntry[];
  untagged: UsedSpace;
  /** By the age of the youngest image that needs the blobs. */
  ages: AgeEntry[];
}

/** What the file of --pulls states. */
export interface PulledEntry extends ConsideredPulls {
  /** Images that were pulled within 30 days. */
  recentImages: Count;
}

export interface UsedSpace {
  images: Count;
  tagItems: Count;
  /** Bytes of all blobs that its images need, without duplicates. */
  bytes: Count;
  /** Bytes that nothing else needs. */
  unique: Count;
  /** Bytes that something else needs too. */
  shared: Count;
}

interface NamespaceEntry extends UsedSpace {
  namespace: string;
  imageStreams: Count;
  /** Last pull from its image streams. Only with --pulls, and if it is known. */
  lastPulled?: Timestamp;
}

interface StreamEntry extends UsedSpace {
  namespace: string;
  name: string;
  /** Last pull from it. Only with --pulls, and if it is known. */
  lastPulled?: Timestamp;
}

interface AgeEntry {
  /** Upper end, as a duration; null for the oldest. */
  upTo: string | null;
  /** Images of that age. */
  images: Count;
  bytes: Count;
}

/** The registry's storage itself. Links are not included: each has the length of a digest. */
export interface StoredEntry {
  /** The value of --storage: `cluster`, a URL or a directory. */
  storage: string;
  /** The storage that the registry's settings name; present with `--storage cluster`. */
  location?: StoragePlace;
  /** All blobs. */
  blobs: Count;
  /** Bytes of all blobs, as stored. */
  bytes: Count;
  /**
   * Blobs that the cluster uses, by the rules of `prune hard`. Absent, as `orphaned` and `young`, if it cannot be found
   * out what is in use; `unavailable` states why. Otherwise the three are all blobs.
   */
  inUse?: StoredAmount;
  /** Blobs that nothing uses and that `prune hard` deletes with its defaults. */
  orphaned?: StoredAmount;
  /**
   * Blobs that nothing uses, but that `prune hard` keeps with its defaults: they, a link to them, or a manifest that
   * names them, were written less than an hour ago.
   */
  young?: StoredAmount;
  /** Unfinished uploads: those of running pushes, and abandoned ones. */
  uploads: UploadsEntry;
  /** Blobs that hard prunes have moved to the trash, which are not among `blobs`. Absent if the trash is empty. */
  trash?: TrashEntry;
  /** Segments of Swift that no blob and no upload names. Absent in other storages, and if it cannot be found out. */
  leftoverSegments?: LeftoverEntry;
}

interface StoredAmount {
  blobs: Count;
  bytes: Count;
}

interface TrashEntry extends StoredAmount {
  /** Day on which the oldest of them was moved, as in `2026-11-26`. */
  oldest: string;
}

interface UploadsEntry {
  count: Count;
  /** Null if it cannot be found out; `unavailable` states why. */
  bytes: Count | null;
}

interface LeftoverEntry {
  segments: Count;
  bytes: Count;
}

/** What prunes with other settings would free. */
export interface FreeableEntry {
  /** --referrers of these prunes. */
  referrers: 'extended';
  cells: FreeableCell[];
  /** With the policy of --policy; absent without one. */
  policy?: FreeableByPolicy;
  /** References for which a prune stops, unless --ignore-invalid-refs is given. */
  invalidReferences: InvalidReference[];
}

interface FreeableByPolicy {
  /** The file as the user named it. */
  file: string;
  rules: Count;
  /** Tags that lose all items. */
  imageStreamTags: Count;
  tagItems: Count;
  images: Count;
  bytes: Count;
}

interface FreeableCell {
  /** --keep-tag-revisions */
  keepTagRevisions: Count;
  /** --keep-younger-than */
  keepYoungerThan: string;
  images: Count;
  tagItems: Count;
  bytes: Count;
}

export interface UnavailableEntry {
  what: string;
  /** Why: the server's message, or what was found. */
  message: string;
}
