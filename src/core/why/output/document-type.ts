import type { ReferrerScope } from '../../graph/uses.js';
import type { Reason } from '../../graph/reason.js';
import type { ConsideredPulls } from '../../model/pulls.js';
import type { Count, Digest, DocumentHeader, Timestamp } from '../../model/document.js';
import type { Change } from '../changes.js';

/** What `regadm prune why -o json` prints. */
export interface PruneWhyDocument extends DocumentHeader<'PruneWhy', PruneWhyOptions> {
  options: PruneWhyOptions;
  /** One for each argument. */
  answers: WhyAnswerEntry[];
  /** The warnings on stderr. */
  warnings: string[];
}

/** The flags that decide what is kept. */
export interface PruneWhyOptions {
  /** --keep-tag-revisions */
  keepTagRevisions: Count;
  /** --keep-younger-than, as the user wrote it. */
  keepYoungerThan: string;
  /** --all */
  all: boolean;
  /** --referrers */
  referrers: ReferrerScope;
  /** --prune-over-size-limit */
  pruneOverSizeLimit: boolean;
  /** --ignore-invalid-refs */
  ignoreInvalidRefs: boolean;
  /** --prune-signatures */
  pruneSignatures: boolean;
  /** --namespace, if given. */
  namespace?: string;
  /** --from, if given. */
  from?: string;
  /** --referrers-file, if given. */
  referrersFile?: string;
  /** --policy, if given. */
  policyFile?: string;
  /** Only with --pulls. */
  pulls?: ConsideredPulls;
}

export interface WhyAnswerEntry {
  /** As the user wrote it. */
  argument: string;
  kind: 'image' | 'tag' | 'stream' | 'namespace';
  /** For namespaces. */
  namespace?: string;
  /** Names of all image streams of the namespace; for namespaces. */
  imageStreams?: string[];
  /** False if there are too many images to search for changes: none has `wouldGo` or `wouldStay`. Absent otherwise. */
  changesSearched?: boolean;
  /** namespace/name; for tags and streams. */
  stream?: string;
  tag?: string;
  /** For NAMESPACE/STREAM@sha256:…: whether that stream lists the image. */
  listed?: boolean;
  images: WhyImageEntry[];
}

/** An image, why it is kept or pruned, and what would reverse that. */
export interface WhyImageEntry {
  name: Digest;
  /** False if there is no Image object; with --from, if it is not in the files. */
  exists: boolean;
  /** Null if it cannot be read. */
  created: Timestamp | null;
  /** Including layers shared with other images. */
  bytes: Count;
  /** False if it was imported, not pushed. */
  managed: boolean;
  /** True for an image index. */
  index: boolean;
  /** When it was last pulled, from any image stream. Only with --pulls, and if it is known. */
  lastPulled?: Timestamp;
  /** `gone`: only tag items name it. */
  verdict: 'keep' | 'prune' | 'gone';
  rule: Reason['rule'];
  /** The rule in words. */
  reason: string;
  places: WhyPlaceEntry[];
  referrers: WhyReferrerEntry[];
  /** Changes that would let it be pruned; absent with the verdict `prune`, and if none were searched. */
  wouldGo?: WhyChangeEntry[];
  /** Changes that would keep it; only with the verdict `prune`. */
  wouldStay?: WhyChangeEntry[];
}

/** A tag item that lists the image. */
export interface WhyPlaceEntry {
  namespace: string;
  imageStream: string;
  tag: string;
  /** From 0, the newest. */
  position: Count;
  /** Number of items of the tag. */
  items: Count;
  /** The place in words. */
  text: string;
  /** Null if it cannot be read. */
  created: Timestamp | null;
  /** When the image was last pulled from this stream. Only with --pulls, and if it is known. */
  lastPulled?: Timestamp;
  verdict: 'keep' | 'remove';
  rule: Reason['rule'];
  /** The rule in words. */
  reason: string;
}

/** An object that names the image. */
export interface WhyReferrerEntry {
  kind: string;
  namespace: string;
  name: string;
  /** Where in the object: `container c0`; empty for a build's `from`. */
  field: string;
  reference: string;
  /** `image`: by digest in one of its streams; `digest`: by digest alone; `tag`: by a tag that lists it. */
  through: 'image' | 'digest' | 'tag';
  /** True if it keeps the image. */
  holds: boolean;
  /** What it keeps, or why it keeps nothing. */
  note: string;
}

/** Changes that would reverse the verdict together; each combination was confirmed by deciding again. */
export interface WhyChangeEntry {
  /** The changes in words. */
  text: string;
  changes: (Exclude<Change, { kind: 'wait' }> | WaitChange)[];
  /** Other images that would be pruned, or kept, too; only for up to three images. */
  alsoImages?: Count;
  /** Other tag items that would be removed, or kept, too; only for up to three images. */
  alsoTagItems?: Count;
}

/** Nothing else changes, and time passes. */
export interface WaitChange {
  kind: 'wait';
  until: Timestamp | null;
}
