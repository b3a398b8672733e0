import type { LinkFile } from '../storage/trash.js';

/**
 * What regadm records about an online hard prune: plain values, without I/O. Times are in ms since the epoch, by the
 * storage's clock. Digests are 64 hex digits.
 * @see docs/online-hard-prune.md for why the recorded values suffice
 */

/** The content of the mark file. */
export interface MarkFile {
  version: 1;
  /** Which storage it belongs to, as `StorageTrash.identify` describes it. */
  storage: string;
  /** Marked blobs that are in their place, by hex. */
  marks: Map<string, Mark>;
  /** The batches of the marks, by id. */
  batches: Map<string, MarkBatch>;
  /** The sweeps of which the trash still has blobs, by id. */
  sweeps: Map<string, Sweep>;
}

/** A blob that nothing used when it was marked, and to which no link is left. */
export interface Mark {
  bytes: number;
  /** Id of its batch. */
  batch: string;
  /** The links that were removed, or were about to be. */
  links: LinkFile[];
}

/** Blobs that were marked by one run. */
export interface MarkBatch {
  /** When its last link was removed; undefined: the run ended before. */
  unlinkedAt?: number;
  /** The registry processes that ran after that, and so can know its blobs; undefined if they could not be read. */
  processes?: string[];
  /** When the last of these processes had ended, and Redis was emptied: the grace begins. Undefined: not yet. */
  completeAt?: number;
}

/**
 * Blobs that were moved to the trash by one run, or that a run found there without a record, as after a killed run.
 */
export interface Sweep {
  /** Its blobs that are still in the trash, as `keyOf` returns them. */
  blobs: Set<string>;
  /**
   * The registry processes that ran after its last move, or when its blobs were found; undefined if they could not be
   * read.
   */
  processes?: string[];
  /** True if Redis was emptied after all of these processes had ended, or if the registry does not use it. */
  isCacheEmpty: boolean;
  /** When it was first seen that all of these processes had ended, and that Redis was empty. */
  endedAt?: number;
  /** When the first recheck began that could not be conclusive alone. */
  recheckedAt?: number;
  /** When the recheck began after which the rest can be purged: what was in use or linked had been moved back. */
  conclusiveAt?: number;
}

/** What the journal of the trash records of a blob before it is moved. */
export interface JournalEntry {
  hex: string;
  bytes: number;
  /** The links that it had. */
  links: LinkFile[];
}

/** One file of the journal: the moves that are about to happen. */
export interface JournalFile {
  version: 1;
  storage: string;
  sweep: string;
  /** When it was written. */
  at: number;
  entries: JournalEntry[];
}

/** A blob in the trash with what the journal records of it. */
export interface TrashEntry {
  hex: string;
  date: string;
  bytes: number;
  /** Id of its sweep in the mark file; undefined if no run has recorded it yet. */
  sweep?: string;
  /** When it was moved, for ages: when the journal file was written; the end of the day if no file names it. */
  movedAt: number;
  /** Its former links; empty if the journal does not name it. */
  links: LinkFile[];
}

/** The processes that serve the registry. */
export interface RegistryProcesses {
  /** Ids (UIDs of pods) of all that run, terminating ones included. */
  ids: string[];
  /** When the oldest of them started, by the storage's clock; undefined if that is not known. */
  oldestStart?: number;
  /** True if any of them keeps its cache in Redis, which outlives it. */
  usesRedis: boolean;
}

/** Digits of a digest in a key: enough to tell blobs apart, and half the size of the mark file. */
const KEY_DIGITS = 16;

/** Returns the key of a blob in the trash: the same blob can be there under several dates. */
export const keyOf = ({ date, hex }: Pick<TrashEntry, 'date' | 'hex'>): string => `${date}/${hex.slice(0, KEY_DIGITS)}`;
