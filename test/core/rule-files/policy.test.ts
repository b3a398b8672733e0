import { checkPolicy } from '../../../src/core/rule-files/policy.js';

const HEADER = 'apiVersion: regadm/v1\nkind: RetentionPolicy\n';

/** Returns the mistakes of a policy, each as `LINE FIELD: MESSAGE`. */
async function problemsIn(text: string): Promise<string[]> {
  const checked = await checkPolicy('policy.yaml', text);
  if ('policy' in checked) return [];
  return checked.problems.map(({ line, field, message }) => `${line} ${field}: ${message}`);
}

async function policyOf(rules: string) {
  const checked = await checkPolicy('policy.yaml', HEADER + rules);
  if ('policy' in checked) return checked.policy;
  throw new Error(JSON.stringify(checked.problems));
}

/** Returns whether the first of some patterns matches a tag. */
async function matches(pattern: string, tag: string): Promise<boolean> {
  const { rules } = await policyOf(`rules: [{ name: r, match: { tags: [${JSON.stringify(pattern)}] } }]`);
  return rules[0]!.match.tag(tag);
}

test('a rule takes what it does not state from the defaults, and these from the flags', async () => {
  const policy = await policyOf(`rules:
  - name: releases
    match: { namespaces: ["*"], streams: ["*"], tags: ["v*", "release-*"] }
    keep: always
  - name: pull requests
    match: { namespaces: ["team-*"], tags: ["pr-*"] }
    keepTagRevisions: 1
    keepPulledWithin: 30d
    expireTag: { olderThan: 14d, keepNewest: 5 }
  - { name: rest, keepYoungerThan: 0 }
defaults: { keepYoungerThan: 2h }
`);
  expect(policy.defaults).toEqual({ keepTagRevisions: 3, keepYoungerThanMs: 7_200_000 });
  expect(policy.rules).toMatchObject([
    { name: 'releases', keep: 'always', keepTagRevisions: 3, keepYoungerThanMs: 7_200_000 },
    {
      name: 'pull requests',
      keepTagRevisions: 1,
      keepYoungerThanMs: 7_200_000,
      keepPulledWithinMs: 2_592_000_000,
      expireTag: { olderThanMs: 1_209_600_000, keepNewest: 5, orderBy: 'created', tracked: false },
    },
    { name: 'rest', keepYoungerThanMs: 0, keepTagRevisions: 3 },
  ]);
  expect(policy.source.rules[2]).toEqual({ name: 'rest', keepYoungerThan: '0' });
  const again = await checkPolicy('plan', JSON.stringify(policy.source));
  expect(again).toMatchObject({ policy: { source: policy.source, defaults: policy.defaults } });
});

test.each([
  ['a ', 'must not start or end with a space'],
  ['(defaults)', 'must not be "(defaults)", which names the defaults of the policy'],
])('a rule cannot have the name "%s"', async (name, message) => {
  expect(await problemsIn(`${HEADER}rules: [{ name: "${name}" }]`)).toEqual([`3 rules[0].name: ${message}`]);
});

test.each([
  ['no rules', ''],
  ['an empty list of rules', 'rules: []'],
  ['nothing after rules:', 'rules:'],
])('a policy can have %s', async (_, rules) => {
  expect((await policyOf(rules)).rules).toEqual([]);
});

test.each([
  ['v*', 'v1', true],
  ['v*', 'dev1', false],
  ['?-*-x', '1-a-x', true],
  ['?-*-x', '1-a-y', false],
  ['*', '', true],
  ['a*a', 'a', false],
  ['/[0-9]{8}/', 'build-20260102-x', true],
  ['/^[0-9]{8}$/', 'build-20260102', false],
  ['/(?i)rc/', 'v1-RC1', true],
])('%s on %s: %s', async (pattern, tag, expected) => {
  expect(await matches(pattern, tag)).toBe(expected);
});

/** Limit that only tells a pattern that backtracks, in ms: an idle machine needs less than a hundredth of it. */
const BACKTRACKS_MS = 60_000;

test('hostile patterns take bounded time', async () => {
  const tag = `${'a'.repeat(127)}!`;
  const started = performance.now();
  for (const pattern of [
    '/^(a+)+$/',
    '/^(([a-z])+.)+[A-Z]$/',
    '/^(a|a?)+$/',
    `/${'(a*)*'.repeat(50)}c/`,
    `${'*a'.repeat(200)}*b`,
  ])
    expect(await matches(pattern, tag)).toBe(false);
  expect(performance.now() - started).toBeLessThan(BACKTRACKS_MS);
});

test('all mistakes are found, with line and field', async () => {
  expect(
    await problemsIn(`apiVersion: regadm/v2
rules:
  - name: one
    match: { tags: [1.10, ""], streams: [], namespace: [a] }
    keep: always
    keepTagRevisions: 2
  - name: one
    keepTagRevisions: -1
    keepYoungerThan: 24
    keepPulledWithin: -1h
    expireTag: { keepNewest: 1.5, orderBy: age, tracked: yes }
  - keepTagRevision: "1"
    name: { a: 1 }
  - match:
  - text
defaults: { keepTagRevisions: "3", expireTag: {} }
`),
  ).toEqual([
    '1 apiVersion: must be regadm/v1, not "regadm/v2"',
    '1 kind: is missing; it must be RetentionPolicy',
    '4 rules[0].match.namespace: unknown field, did you mean namespaces?; allowed are namespaces, streams, tags',
    '4 rules[0].match.streams: must not be empty; without streams, the rule matches all of them',
    '4 rules[0].match.tags[0]: must be text, which needs quotes if it looks like a number, a boolean or a time, not 1.10',
    '4 rules[0].match.tags[1]: must not be empty',
    '6 rules[0].keepTagRevisions: contradicts "keep: always", which keeps every item of a matching tag; remove one of them',
    '7 rules[1].name: another rule has the name "one"; names must differ',
    '8 rules[1].keepTagRevisions: must be a whole number, 0 or more, not -1',
    '9 rules[1].keepYoungerThan: must be a duration that is not negative, such as 60m, 36h, 14d, 1d12h or 0, not 24',
    '10 rules[1].keepPulledWithin: must be a duration that is not negative, such as 60m, 36h, 14d, 1d12h or 0, not "-1h"',
    '11 rules[1].expireTag.olderThan: is missing; it must be a duration, such as 14d',
    '11 rules[1].expireTag.keepNewest: must be a whole number, 0 or more, not 1.5',
    '11 rules[1].expireTag.orderBy: must be created or semver, not "age"',
    '11 rules[1].expireTag.tracked: must be true or false, not "yes"',
    expect.stringContaining('12 rules[2].keepTagRevision: unknown field, did you mean keepTagRevisions?; allowed are'),
    expect.stringContaining('13 rules[2].name: must be text'),
    '14 rules[3].name: is missing; every rule needs a name, because decisions name their rule',
    expect.stringContaining('14 rules[3].match: has no value; it must be a mapping'),
    expect.stringContaining('15 rules[4]: must be a mapping; allowed are name, match'),
    '16 defaults.expireTag: unknown field; allowed are keepTagRevisions, keepYoungerThan, keepPulledWithin',
    '16 defaults.keepTagRevisions: must be a whole number, 0 or more, not "3"',
  ]);
});

test.each([
  ['/(?=a)b/', 'without look-ahead'],
  ['/(?<!a)b/', 'without look-behind'],
  ['/(a)\\1/', 'without back references'],
  ['/a++/', 'without possessive repetition'],
  ['/a{5000}/', 'without more than 1000 repetitions'],
  ['/(/', 'missing closing )'],
  ['/((a{10}){10}){10}/', 'too complex'],
  [`/${'a'.repeat(600)}/`, 'longer than 500 characters'],
  ['//', 'must not be empty'],
  ['/a', 'without a slash at its end'],
  ['/a/i', 'write /(?i)…/'],
  ['v[0-9]*', 'write a regular expression in slashes'],
])('the pattern %s is refused', async (pattern, message) => {
  const found = await problemsIn(`${HEADER}rules:\n- name: a\n  match: { tags: [${JSON.stringify(pattern)}] }`);
  expect(found).toEqual([expect.stringMatching(/^5 rules\[0\]\.match\.tags\[0\]: /)]);
  expect(found[0]).toContain(message);
});

test.each([
  ['', '1 : the file is empty'],
  ['- a', '1 : must be a mapping; allowed are apiVersion, kind, rules, defaults'],
  [`${HEADER}rules: []\nrules: []`, '4 rules: the field occurs twice'],
  [`${HEADER}---\n${HEADER}`, '3 : there are several YAML documents; one is allowed'],
  [`${HEADER}rules: [{ name: a, match: { tags: [*] } }]`, '3 : a text that starts with * must be in quotes'],
  [`${HEADER}rules: [{ name: a, match: { tags: [*-x] } }]`, 'must be in quotes; aliases are not supported'],
  [`${HEADER}rules: !other []`, '3 : Unresolved tag: !other'],
  ['['.repeat(3000), '1 : it is nested too deeply'],
  [`rules: ${'['.repeat(1900)}${']'.repeat(1900)}`, '1 : it is nested too deeply'],
])('%j is refused', async (text, message) => {
  expect((await problemsIn(text))[0]).toContain(message);
});
