import type {
  PolicyRuleSource,
  RetentionDefaults,
  RetentionSource,
  TagExpiry,
  TagMatcher,
} from '../model/retention-policy.js';
import type { TextTest } from '../model/glob.js';
import type { Field } from './field.js';
import { readPattern } from './pattern.js';

/** What rules and defaults can both state. */
export const RETENTION_FIELDS = ['keepTagRevisions', 'keepYoungerThan', 'keepPulledWithin'] as const;
const MATCH_FIELDS = ['namespaces', 'streams', 'tags'] as const;
/** Maximum number of rules, and of patterns in one list. */
export const MAX_ENTRIES = 1000;
const EXPIRY_FIELDS = ['olderThan', 'keepNewest', 'orderBy', 'tracked'] as const;

/** Reads the fields that rules and defaults share. */
export function readRetention(fields: Partial<Record<(typeof RETENTION_FIELDS)[number], Field>> | undefined): {
  values: Partial<RetentionDefaults>;
  source: RetentionSource;
} {
  const revisions = fields?.keepTagRevisions?.count();
  const young = fields?.keepYoungerThan?.duration();
  const pulled = fields?.keepPulledWithin?.duration();
  return {
    values: {
      ...(revisions === undefined ? {} : { keepTagRevisions: revisions }),
      ...(young ? { keepYoungerThanMs: young.ms } : {}),
      ...(pulled ? { keepPulledWithinMs: pulled.ms } : {}),
    },
    source: {
      ...(revisions === undefined ? {} : { keepTagRevisions: revisions }),
      ...(young ? { keepYoungerThan: young.text } : {}),
      ...(pulled ? { keepPulledWithin: pulled.text } : {}),
    },
  };
}

type MatchSource = NonNullable<PolicyRuleSource['match']>;

/** Reads `match`; a name must match one of the patterns in its list. */
export async function readMatch(field: Field): Promise<{ matcher: TagMatcher; source: MatchSource } | undefined> {
  const fields = field.mapping(MATCH_FIELDS);
  if (!fields) return undefined;
  const source: MatchSource = {};
  const tests: Partial<Record<keyof MatchSource, TextTest[]>> = {};
  for (const name of MATCH_FIELDS) {
    const patterns = fields[name] && (await readPatterns(fields[name], name));
    if (!patterns) continue;
    source[name] = patterns.map(({ text }) => text);
    tests[name] = patterns.map(({ test }) => test);
  }
  return { matcher: matcherOf(tests), source };
}

async function readPatterns(field: Field, of: keyof MatchSource) {
  const entries = field.list('patterns');
  if (!entries) return undefined;
  if (entries.length === 0) return field.report(`must not be empty; without ${of}, the rule matches all of them`);
  if (entries.length > MAX_ENTRIES) return field.report(`must be a list of at most ${MAX_ENTRIES} patterns`);
  const patterns = await Promise.all(entries.map((entry) => readPattern(entry, of)));
  return patterns.filter((pattern) => pattern !== undefined);
}

/** Creates a matcher; where there are no tests, every name matches. */
export function matcherOf({ namespaces, streams, tags }: Partial<Record<keyof MatchSource, TextTest[]>>): TagMatcher {
  return { namespace: anyOf(namespaces), stream: anyOf(streams), tag: anyOf(tags) };
}

function anyOf(tests: TextTest[] | undefined): TextTest {
  if (!tests) return () => true;
  return tests.length === 1 ? tests[0]! : (text) => tests.some((test) => test(text));
}

/** Reads `expireTag`. */
export function readExpiry(
  field: Field,
): { value: TagExpiry; source: NonNullable<PolicyRuleSource['expireTag']> } | undefined {
  const fields = field.mapping(EXPIRY_FIELDS);
  if (!fields) return undefined;
  const olderThan = fields.olderThan ? fields.olderThan.duration() : missingAge(field);
  const keepNewest = fields.keepNewest?.count();
  const orderBy = fields.orderBy?.oneOf(['created', 'semver']);
  const tracked = fields.tracked?.boolean();
  if (!olderThan) return undefined;
  return {
    value: {
      olderThanMs: olderThan.ms,
      keepNewest: keepNewest ?? 0,
      orderBy: orderBy ?? 'created',
      tracked: tracked ?? false,
    },
    source: {
      olderThan: olderThan.text,
      ...(keepNewest === undefined ? {} : { keepNewest }),
      ...(orderBy === undefined ? {} : { orderBy }),
      ...(tracked === undefined ? {} : { tracked }),
    },
  };
}

function missingAge(field: Field): undefined {
  return field.missing('olderThan', 'it must be a duration, such as 14d');
}
