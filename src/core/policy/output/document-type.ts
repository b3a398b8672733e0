import type { Count, DocumentHeader } from '../../model/document.js';

/** What `regadm policy check -o json` prints. */
export interface PolicyCheckDocument extends DocumentHeader<'PolicyCheck'> {
  /** The file as the user named it. */
  file: string;
  /** URL of the API server; absent without a cluster. */
  server?: string;
  /** The saved lists of --from. */
  from?: string;
  /** Only image streams of this namespace were considered. */
  namespace?: string;
  /** Where uses were looked for (--referrers); absent if the policy was not tried on a cluster or saved lists. */
  referrers?: 'oc' | 'extended' | 'all';
  summary: PolicyCheckSummary;
  /** In the order of their lines. */
  problems: PolicyProblem[];
  /** In the order of the file; empty if the file has problems. */
  rules: CheckedRule[];
  /** What applies to tags that no rule matches; absent if the file has problems. */
  defaults?: RetentionEntry;
  warnings: string[];
}

interface PolicyCheckSummary {
  /** Mistakes in the file. */
  problems: Count;
  warnings: Count;
  rules: Count;
  /** Tags that a prune with this policy removes. This and the following are absent if the policy was not tried. */
  imageStreamTags?: Count;
  imageStreamTagItems?: Count;
  images?: Count;
  /** Bytes of the blobs that a prune with this policy deletes in the registry, without manifests. */
  bytes?: Count;
}

interface PolicyProblem {
  file: string;
  /** 1 is the first line. */
  line: Count;
  /** `rules[0].match.tags[1]`; empty for the whole file. */
  field: string;
  /** What is wrong, and what is allowed. */
  message: string;
}

/** What applies to tags, and what it does. */
interface RetentionEntry {
  keepTagRevisions: Count;
  /** A duration. */
  keepYoungerThan: string;
  /** A duration; absent: pulls keep nothing. */
  keepPulledWithin?: string;
  /** Tags that it decides about, with their items; this and the following are absent if the policy was not tried. */
  matches?: TagAmount;
  /** Tags that keep an item, and items that are kept. */
  keeps?: TagAmount;
  /** Tags that lose all items, and items that are removed. */
  removes?: RemovedAmount;
}

/** A rule with what it takes from the defaults. */
interface CheckedRule extends RetentionEntry {
  name: string;
  /** Every item of a matching tag is kept. */
  keep?: 'always';
  /** When tags are removed as a whole. */
  expireTag?: ExpiryEntry;
  /** Earlier rules that decide about every tag that the rule matches; absent if the rule decides about one. */
  hiddenBy?: string[];
}

interface ExpiryEntry {
  /** A duration. */
  olderThan: string;
  keepNewest?: Count;
  orderBy?: 'created' | 'semver';
  tracked?: boolean;
}

interface TagAmount {
  tags: Count;
  items: Count;
}

interface RemovedAmount extends TagAmount {
  /** Bytes that are freed because of this rule alone: blobs that other removed images also need are not counted. */
  bytes: Count;
}
