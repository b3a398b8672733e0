import type { Count } from './document.js';

/** A retention policy (`--policy`): rules per tag. The first rule that matches a tag decides. */
export interface RetentionPolicy {
  /** The file's name as the user wrote it. */
  readonly file: string;
  /** The file's content as plain JSON, with durations as text: plan files and documents contain it. */
  readonly source: PolicySource;
  readonly rules: readonly RetentionRule[];
  readonly defaults: RetentionDefaults;
}

/** What applies to tags that no rule matches, and where a rule says nothing. */
export interface RetentionDefaults {
  readonly keepTagRevisions: number;
  readonly keepYoungerThanMs: number;
  /** Absent: pulls keep nothing. */
  readonly keepPulledWithinMs?: number;
}

/** A rule with what it takes from the defaults. */
export interface RetentionRule extends RetentionDefaults {
  readonly name: string;
  readonly match: TagMatcher;
  /** Every item of a matching tag is kept. */
  readonly keep?: 'always';
  readonly expireTag?: TagExpiry;
}

/** Decides which tags a rule matches. All three must match. */
export interface TagMatcher {
  namespace(name: string): boolean;
  stream(name: string): boolean;
  tag(name: string): boolean;
}

/** When a tag is removed with all its items. */
export interface TagExpiry {
  /** Age of the newest item, in ms. */
  readonly olderThanMs: number;
  /** The newest tags of the same stream and rule that stay; 0: none. */
  readonly keepNewest: number;
  readonly orderBy: 'created' | 'semver';
  /** True: also tags that follow another image (`spec.tags[].from`). */
  readonly tracked: boolean;
}

/**
 * The content of a policy file (`--policy`) after validation: rules that decide which tags, and which of their items,
 * `regadm prune images` keeps. The schema is stricter than those of other documents, so that editors find mistakes.
 * @schema {"additionalProperties": false, "required": []}
 */
export interface PolicySource {
  apiVersion: 'regadm/v1';
  kind: 'RetentionPolicy';
  /** The first rule that matches a tag decides about it. */
  rules: PolicyRuleSource[];
  /** What applies to tags that no rule matches, and where a rule says nothing. */
  defaults?: RetentionSource;
}

/**
 * What rules and defaults share.
 * @schema {"additionalProperties": false}
 */
export interface RetentionSource {
  /** Keep this number of newest items of each tag (default: 3). */
  keepTagRevisions?: Count;
  /** Keep items and images that are younger, such as 60m (the default), 36h or 14d. */
  keepYoungerThan?: DurationSource;
  /** Keep images that were pulled within this time; needs a file of pulls (--pulls). */
  keepPulledWithin?: DurationSource;
}

/**
 * A rule for tags.
 * @schema {"dependencies": {"keep": {"not": {"anyOf": [{"required":
 *   ["keepTagRevisions"]}, {"required": ["keepYoungerThan"]}, {"required": ["keepPulledWithin"]}, {"required":
 *   ["expireTag"]}]}}}}
 */
export interface PolicyRuleSource extends RetentionSource {
  /** Names the rule in the reasons of decisions; unique. */
  name: NameSource;
  /** Tags that the rule matches: in a namespace, a stream and with a name that match; without it, all tags. */
  match?: MatchSource;
  /** Keep every item of a matching tag; no other setting is allowed with it. */
  keep?: 'always';
  /** Remove old tags with all their items. */
  expireTag?: ExpirySource;
}

/**
 * One pattern of each list must match; a list that is absent matches everything.
 * @schema {"additionalProperties": false}
 */
interface MatchSource {
  /** @schema {"minItems": 1} */
  namespaces?: PatternSource[];
  /** @schema {"minItems": 1} */
  streams?: PatternSource[];
  /** @schema {"minItems": 1} */
  tags?: PatternSource[];
}

/** @schema {"additionalProperties": false} */
interface ExpirySource {
  /** A tag expires if all its items are older, such as 14d. */
  olderThan: DurationSource;
  /** Number of newest tags of the same stream and rule that stay (default: 0). */
  keepNewest?: Count;
  /** What newest means: created (the default), or semver: the highest versions; other tags never expire under it. */
  orderBy?: 'created' | 'semver';
  /** Also tags that follow another image (spec.tags[].from); default: false. */
  tracked?: boolean;
}

/**
 * A duration as in Go, also with days: 60m, 1h30m, 14d.
 * @schema {"type": ["string", "integer"], "minimum": 0, "maximum": 0, "pattern": "^[+]?(?:0|(?:(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:ns|us|µs|μs|ms|s|m|h|d))+)$"}
 */
type DurationSource = string;

/**
 * A text that is not blank.
 * @schema {"maxLength": 100, "pattern": "\\S"}
 */
type NameSource = string;

/**
 * A glob (* and ?), or a regular expression of RE2 in slashes: pr-*, /^v[0-9]+$/.
 * @schema {"maxLength": 500, "pattern": "\\S"}
 */
type PatternSource = string;
