import type {
  PolicyRuleSource,
  PolicySource,
  RetentionDefaults,
  RetentionPolicy,
  RetentionRule,
} from '../model/retention-policy.js';
import type { Field } from './field.js';
import { matcherOf, MAX_ENTRIES, readExpiry, readMatch, readRetention, RETENTION_FIELDS } from './policy-fields.js';
import {
  problemsError,
  readFields,
  readRuleFile,
  RuleFile,
  type FileProblem,
  type RuleFileKind,
} from './yaml-reader.js';

const POLICY: RuleFileKind = {
  kind: 'RetentionPolicy',
  code: 'POLICY_FILE',
  flag: '--policy',
  page: 'docs/policies.md',
  maxBytes: 1 << 20,
};

/** The defaults of `--keep-tag-revisions` and `--keep-younger-than`. */
const FLAG_DEFAULTS: RetentionDefaults = { keepTagRevisions: 3, keepYoungerThanMs: 3_600_000 };

const RULE_FIELDS = ['name', 'match', 'keep', ...RETENTION_FIELDS, 'expireTag'] as const;

/** Maximum length of a rule's name, in characters. */
const MAX_NAME_LENGTH = 100;

/** A policy, or what is wrong with its file. */
type CheckedPolicy = { policy: RetentionPolicy } | { problems: FileProblem[] };

/**
 * Reads the file of `--policy` (docs/policies.md).
 * @throws RegadmError POLICY_FILE with every mistake: file, line, field and what is allowed
 */
export async function readPolicy(file: string): Promise<RetentionPolicy> {
  const checked = await checkPolicy(file, await readPolicyText(file));
  if ('policy' in checked) return checked.policy;
  throw problemsError(file, POLICY, checked.problems);
}

/** Reads the text of a policy file. @param flag what names it on the command line. @throws RegadmError POLICY_FILE */
export function readPolicyText(file: string, flag = POLICY.flag): Promise<string> {
  return readRuleFile(file, { ...POLICY, flag });
}

/** Checks and compiles the text of a policy file. @param file its name as the user wrote it */
export async function checkPolicy(file: string, text: string): Promise<CheckedPolicy> {
  const content = new RuleFile(text);
  const fields = readFields(content, POLICY.kind, ['rules', 'defaults']);
  const defaults = fields?.defaults && readRetention(fields.defaults.mapping(RETENTION_FIELDS));
  const base = { ...FLAG_DEFAULTS, ...defaults?.values };
  const rules = await readRules(fields?.rules, base);
  if (content.problems.length > 0) return { problems: content.problems };
  const source: PolicySource = {
    apiVersion: 'regadm/v1',
    kind: 'RetentionPolicy',
    rules: rules.map((rule) => rule.source),
    ...(defaults ? { defaults: defaults.source } : {}),
  };
  return { policy: { file, source, rules: rules.map(({ rule }) => rule), defaults: base } };
}

/** A compiled rule, and what the file states. */
interface ReadRule {
  rule: RetentionRule;
  source: PolicyRuleSource;
}

async function readRules(field: Field | undefined, defaults: RetentionDefaults): Promise<ReadRule[]> {
  const entries = field && !field.isEmpty ? field.list('rules') : undefined;
  if (!entries) return [];
  if (entries.length > MAX_ENTRIES) field?.report(`must be a list of at most ${MAX_ENTRIES} rules`);
  const names = new Set<string>();
  const rules: ReadRule[] = [];
  for (const entry of entries.slice(0, MAX_ENTRIES)) {
    const rule = await readRule(entry, defaults, names);
    if (rule) rules.push(rule);
  }
  return rules;
}

/** @param names those of the rules before it; its own is added */
async function readRule(field: Field, defaults: RetentionDefaults, names: Set<string>): Promise<ReadRule | undefined> {
  const fields = field.mapping(RULE_FIELDS);
  if (!fields) return undefined;
  const name = readName(field, fields.name, names);
  const match = fields.match && (await readMatch(fields.match));
  const keep = fields.keep?.oneOf(['always']);
  const retention = readRetention(fields);
  const expiry = fields.expireTag && readExpiry(fields.expireTag);
  if (fields.keep)
    for (const other of [...RETENTION_FIELDS, 'expireTag'] as const)
      fields[other]?.report('contradicts "keep: always", which keeps every item of a matching tag; remove one of them');
  if (name === undefined) return undefined;
  return {
    rule: {
      ...defaults,
      ...retention.values,
      name,
      match: match?.matcher ?? matcherOf({}),
      ...(keep ? { keep } : {}),
      ...(expiry ? { expireTag: expiry.value } : {}),
    },
    source: {
      name,
      ...(match ? { match: match.source } : {}),
      ...(keep ? { keep } : {}),
      ...retention.source,
      ...(expiry ? { expireTag: expiry.source } : {}),
    },
  };
}

function readName(rule: Field, field: Field | undefined, names: Set<string>): string | undefined {
  if (!field) return rule.missing('name', 'every rule needs a name, because decisions name their rule');
  const name = field.text();
  if (name === undefined) return undefined;
  if (name.length > MAX_NAME_LENGTH) return field.report(`must have at most ${MAX_NAME_LENGTH} characters`);
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return field.report('must not contain control characters');
  if (name.trim() !== name) return field.report('must not start or end with a space');
  if (name === '(defaults)') return field.report('must not be "(defaults)", which names the defaults of the policy');
  if (names.has(name)) return field.report(`another rule has the name "${name}"; names must differ`);
  names.add(name);
  return name;
}
