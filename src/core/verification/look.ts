import type { ReadManifest } from './gather/read-manifests.js';
import type { Listed } from './plan/listed.js';
import type { Needs } from './plan/needs.js';
import type { Problems } from './plan/problems.js';
import type { Unchecked } from './plan/types.js';

/** What a way to the registry's content needs to look at listed images. */
export interface LookOptions {
  listed: Listed;
  needs: Needs;
  /** What is missing, or has a wrong size, is added to it. */
  problems: Problems;
  /** What could not be asked is added to it. */
  unchecked: Unchecked[];
  signal: AbortSignal;
}

/** Returns the size of a blob by its digest; undefined if it does not exist. */
export type BytesOf = (digest: string) => number | undefined;

/** What one look found besides problems. */
export interface Looked {
  /** Undefined without the storage. */
  orphanedBlobs?: number;
  /** Undefined without the storage. */
  danglingLinks?: number;
}

/** A way to the content of the registry: its storage, or its HTTP API. */
export interface VerificationWay {
  readManifest: ReadManifest;
  /**
   * Checks whether this way can be used at all, before anything else.
   * @throws RegadmError if it cannot
   */
  prepare?(listed: Listed): Promise<void>;
  /**
   * Looks whether what the listed images need exists.
   * @throws RegadmError if it cannot be found out for any image
   */
  look(options: LookOptions): Promise<Looked>;
  /**
   * Looks again at what seemed to be missing, after the cluster was asked again whether it still lists the images.
   * Removes the problems about what exists.
   * @param unchecked what could not be asked is added to it
   * @returns sizes of the blobs that have problems
   * @throws RegadmError if it cannot be found out for any image
   */
  confirm(problems: Problems, unchecked: Unchecked[]): Promise<BytesOf>;
}
