import type { DeclaredSummary } from '../../model/referrers/declared-matches.js';
import type { Snapshot } from '../../model/table/snapshot.js';
import type { ListedResource } from '../resources.js';
import type { CustomOptions, CustomResource } from './custom-kinds.js';
import type { Everything } from './all-referrers.js';
import type { ListOptions } from './list.js';
import type { UidSet } from './uid-set.js';

/** What is read. */
export interface ReadOptions {
  /** Reads only image streams of this namespace. */
  namespace?: string;
  /** Reads only referrers of this namespace, as `oc` does with `-n`. */
  referrersNamespace?: string;
  /** Reads only what `oc` reads. */
  onlyAsOc?: boolean;
  /** Reads only images and image streams: enough to measure space, but not to prune. */
  withoutReferrers?: boolean;
  /**
   * Reads every other resource too (`--referrers all`), except those to skip (`--skip-resource`). `hosts` are known
   * names of the registry.
   */
  everything?: { hosts: string[]; skip: readonly string[] };
  /** Reads no custom kinds: the workloads that every cluster has are enough to name users, but not to prune. */
  withoutCustomKinds?: boolean;
  /** Custom resources that the user declares, and what follows if a kind may not be listed. */
  custom?: CustomOptions;
  signal?: AbortSignal;
  onPage?: ListOptions['onPage'];
}

/** A snapshot, and what is needed to follow later changes. */
export interface ReadResult {
  snapshot: Snapshot;
  /** Version at which a watch has to start, by plural name; of custom kinds by `versionKey`. */
  resourceVersions: Map<string, string>;
  /** Identifies the objects of the lists of known resources that use images, by plural name. */
  uids: Map<string, UidSet>;
  /**
   * The API server's clock when the first list was read, in ms since the epoch; this machine's if the server sent no
   * Date.
   */
  now: number;
  /** Lead of this machine's clock over the server's, in ms; NaN if unknown. */
  clockDifference: number;
  /** Mean size of an Image object, in bytes. */
  imageObjectBytes: number;
  /** The resources with uses that were read. */
  referrers: ListedResource[];
  custom: {
    /** The custom kinds that were read; none with the option `everything`, which includes them. */
    read: CustomResource[];
    /** Resources with uses that the user may not list, by qualified name, sorted. */
    notVisible: string[];
    /** What the paths of declared kinds have led to. */
    declared: DeclaredSummary[];
  };
  /** With the option `everything`: the further resources that were read. */
  everything?: Everything;
}
