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

/** The content of a policy file after validation. */
export interface PolicySource {
  apiVersion: 'regadm/v1';
  kind: 'RetentionPolicy';
  rules: PolicyRuleSource[];
  defaults?: RetentionSource;
}

export interface RetentionSource {
  keepTagRevisions?: number;
  keepYoungerThan?: string;
  keepPulledWithin?: string;
}

export interface PolicyRuleSource extends RetentionSource {
  name: string;
  match?: { namespaces?: string[]; streams?: string[]; tags?: string[] };
  keep?: 'always';
  expireTag?: { olderThan: string; keepNewest?: number; orderBy?: 'created' | 'semver'; tracked?: boolean };
}
