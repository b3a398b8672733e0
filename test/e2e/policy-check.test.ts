import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm, type Outcome } from '../support/regadm.js';
import { aCluster, anImageStream, digest } from '../support/builders.js';
import { listOf, NAMES, savedLists } from '../support/saved-lists.js';

const HEADER = 'apiVersion: regadm/v1\nkind: RetentionPolicy\n';
const SCHEMA = new URL('../../docs/json-schema/retention-policy.json', import.meta.url);
const EXAMPLE = fileURLToPath(new URL('../support/docs/files/policy.yaml', import.meta.url));

let sandbox: Sandbox;
let directory: string;
let files = 0;

beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
  directory = mkdtempSync(join(tmpdir(), 'regadm-policy-'));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true });
});

/** Writes a policy, and returns its name. */
function aPolicy(content: string): string {
  const name = `policy-${++files}.yaml`;
  writeFileSync(join(directory, name), HEADER + content);
  return name;
}

/** Checks a policy without a cluster, unless arguments name one. */
const check = (...args: string[]): Promise<Outcome> =>
  regadm(['policy', 'check', ...args], { cwd: directory, env: { KUBECONFIG: join(directory, 'none') } });

const onCluster = (...args: string[]): Promise<Outcome> => check(...args, '--kubeconfig', sandbox.kubeconfig.admin);

describe('without a cluster', () => {
  test('a valid policy is shown with what its rules take from the defaults', async () => {
    const name = aPolicy(`rules:
  - { name: releases, match: { tags: ["v*"] }, keep: always }
  - { name: pull requests, keepYoungerThan: 24h, expireTag: { olderThan: 14d, keepNewest: 5, orderBy: semver } }
defaults: { keepTagRevisions: 2, keepPulledWithin: 30d }
`);
    const { status, stdout, stderr } = await check(name);
    expect(stderr).toBe('hint: only the file was checked; to try the policy, specify --kubeconfig or --from\n');
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '2 rules: the first that matches a tag decides, otherwise the defaults.',
      '',
      expect.stringMatching(/^RULE +REVISIONS +YOUNGER THAN +PULLED WITHIN +TAGS EXPIRE$/),
      expect.stringMatching(/^releases +all +never$/),
      expect.stringMatching(/^pull requests +2 +24h +30d +after 14d, newest/),
      expect.stringMatching(/^\(defaults\) +2 +60m +30d +never$/),
      '',
      'The policy is valid: 2 rules',
      '',
    ]);
    const document = JSON.parse((await check(name, '-o', 'json')).stdout);
    expect(document).toMatchObject({ kind: 'PolicyCheck', file: name, problems: [], warnings: [] });
    expect(document.summary).toEqual({ problems: 0, warnings: 0, rules: 2 });
    expect(document.rules[0]).toEqual({
      name: 'releases',
      keep: 'always',
      keepTagRevisions: 2,
      keepYoungerThan: '60m',
      keepPulledWithin: '30d',
    });
    expect(parse((await check(name, '-o', 'yaml')).stdout)).toEqual(document);
  });

  test('every mistake has its file, line and field', async () => {
    const name = aPolicy('rules:\n- name: a\n  keepTagRevisions: -1\n- nam: b\n  match: { tags: ["/(/"] }\n');
    const { status, stdout, stderr } = await check(name, '--server', 'https://127.0.0.1:1');
    expect(status).toBe(1);
    expect(stderr).toBe(`error: ${name} has 4 mistakes\n  * see docs/policies.md for the form of the file\n`);
    expect(stdout.split('\n')).toEqual([
      `${name}:5: rules[0].keepTagRevisions: must be a whole number, 0 or more, not -1`,
      expect.stringMatching(/^\S+:6: rules\[1\]\.nam(?:e: is missing|: unknown field)/),
      expect.stringMatching(/^\S+:6: rules\[1\]\.nam(?:e: is missing|: unknown field)/),
      expect.stringMatching(/^\S+:7: rules\[1\]\.match\.tags\[0\]: .*missing closing \)/),
      '',
    ]);
    const json = await check(name, '-o', 'json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: 'PolicyCheck',
      summary: { problems: 4 },
      problems: expect.arrayContaining([
        { file: name, line: 5, field: 'rules[0].keepTagRevisions', message: expect.any(String) },
      ]),
      rules: [],
    });
  });

  test.each([
    [['none.yaml'], /^error: cannot read the policy none\.yaml: ENOENT/],
    [[EXAMPLE, '--from', 'none'], /^error: cannot read --from none: ENOENT/],
    [[EXAMPLE, '--from', 'x', '--referrers=all'], /^error: --from cannot be specified with --referrers=all/],
    [[EXAMPLE, '--kubeconfig', 'none'], /^error: cannot read the kubeconfig none/],
    [[EXAMPLE, '--server', 'http://127.0.0.1:1'], /^error: cannot reach the API server at http:\/\/127\.0\.0\.1:1/],
    [[EXAMPLE, '--referrers=oc'], /^error: .*--referrers.*extended, all/],
  ])('%j fails with exit status 1', async (args, message) => {
    const { status, stdout, stderr } = await check(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('a kubeconfig without a current context selects no cluster', async () => {
    const kubeconfig = join(directory, 'no-context');
    writeFileSync(kubeconfig, 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n');
    const { status, stderr } = await regadm(['policy', 'check', EXAMPLE], { env: { KUBECONFIG: kubeconfig } });
    expect(status).toBe(0);
    expect(stderr).toContain('hint: only the file was checked');
  });
});

describe('on a cluster', () => {
  const RULES = `rules:
  - { name: releases, match: { tags: ["v*"] }, keep: always }
  - { name: latest, match: { namespaces: [shop], tags: [latest] }, keepTagRevisions: 1 }
  - { name: hidden, match: { tags: [v1, v2] }, expireTag: { olderThan: 1d } }
  - { name: nothing, match: { tags: [no-such-tag] } }
defaults: { keepTagRevisions: 2 }
`;

  test('each rule is shown with what it matches, keeps and removes', async () => {
    const name = aPolicy(RULES);
    const { status, stdout, stderr } = await onCluster(name, '-o', 'json');
    expect(status).toBe(0);
    const { server, referrers, summary, rules, defaults, warnings } = JSON.parse(stdout);
    expect({ server, referrers }).toEqual({ server: sandbox.apiUrl, referrers: 'extended' });
    const streams = sandbox.store.list('imagestreams');
    const tags = streams.flatMap(({ status }) => (status as { tags?: { items: unknown[] }[] }).tags ?? []);
    const parts = [...rules, defaults];
    const sum = (part: 'matches' | 'keeps' | 'removes', unit: 'tags' | 'items'): number =>
      parts.reduce((total, one) => total + one[part][unit], 0);
    expect(sum('matches', 'tags')).toBe(tags.length);
    expect(sum('matches', 'items')).toBe(tags.reduce((total, { items }) => total + items.length, 0));
    for (const { matches, keeps, removes } of parts)
      for (const unit of ['tags', 'items'] as const) expect(keeps[unit] + removes[unit]).toBe(matches[unit]);
    expect(rules[0]).toMatchObject({ name: 'releases', removes: { tags: 0, items: 0, bytes: 0 } });
    expect(rules[0].matches.tags).toBeGreaterThan(0);
    expect(rules[2]).toMatchObject({ matches: { tags: 0, items: 0 }, hiddenBy: ['releases'] });
    expect(rules[3]).not.toHaveProperty('hiddenBy');
    expect(summary).toMatchObject({ problems: 0, warnings: warnings.length, rules: 4, imageStreamTags: 0 });
    expect(warnings).toEqual(
      expect.arrayContaining([
        'rule "hidden" of the policy decides nothing: rules before it match all of its tags ("releases")',
        'rule "nothing" of the policy matches no tag',
      ]),
    );
    expect(stderr).toContain('warning: rule "nothing" of the policy matches no tag\n');
  });

  test('the numbers are those of a dry run', async () => {
    const name = aPolicy(RULES);
    const { summary, rules } = JSON.parse((await onCluster(name, '-o', 'json')).stdout);
    const prune = await regadm(
      ['prune', 'images', '--policy', name, '--prune-registry=false', '--preflight=skip', '-o', 'json'],
      { cwd: directory, kubeconfig: sandbox.kubeconfig.admin },
    );
    const { images, imageStreamTagItems } = JSON.parse(prune.stdout).summary;
    expect(summary).toMatchObject({ images, imageStreamTagItems });
    expect(rules[1].removes.items).toBeGreaterThan(0);
  });

  test('the table fits 80 columns, and -o wide adds the settings', async () => {
    const { stdout } = await regadm(['policy', 'check', EXAMPLE], {
      env: { COLUMNS: '80' },
      kubeconfig: sandbox.kubeconfig.admin,
    });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^2 rules and the defaults decide about \d+ tags with \d+ tag items\.$/);
    expect(lines[2]).toMatch(/^RULE +TAGS +ITEMS +KEEPS +REMOVES +WHOLE TAGS +FREES$/);
    expect(lines.at(5)).toMatch(/^\(defaults\) /);
    expect(stdout).toMatch(/\nA prune with this policy would remove 0 whole tags, \d+ tag items/);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect((await onCluster(EXAMPLE, '-o', 'wide')).stdout).toMatch(/ FREES +REVISIONS +YOUNGER THAN /);
  });

  test('-n counts only the tags of a namespace', async () => {
    const { stdout } = await onCluster(aPolicy(RULES), '-n', 'shop', '-o', 'json');
    const { namespace, defaults, summary } = JSON.parse(stdout);
    expect(namespace).toBe('shop');
    expect(defaults.matches.tags).toBeLessThan(9);
    expect(summary).toMatchObject({ images: 0, bytes: 0 });
  });
});

test('--from tries the policy on saved lists', async () => {
  for (const [resource, objects] of Object.entries(savedLists()))
    writeFileSync(join(directory, `${resource}.json`), JSON.stringify(listOf(resource, objects)));
  const name = aPolicy('rules: [{ name: app, match: { streams: [app] }, keepTagRevisions: 1, keepYoungerThan: 0 }]\n');
  const { status, stdout } = await check(name, '--from', '.', '-o', 'json');
  expect(status).toBe(0);
  const { from, rules, defaults } = JSON.parse(stdout);
  expect(from).toBe('.');
  // The newest revision stays, and that of a pod.
  expect(rules[0]).toMatchObject({ matches: { tags: 1, items: 5 }, keeps: { items: 2 }, removes: { items: 3 } });
  expect(defaults.matches).toEqual({ tags: 0, items: 0 });
});

test('tags that expire are counted, with their items and the bytes that only they need', async () => {
  const lists = mkdtempSync(join(directory, 'lists-'));
  const stream = anImageStream('ns/app');
  for (const [at, tag] of ['pr-1', 'pr-2', 'pr-3', 'main'].entries()) stream.withTag(tag, [digest(NAMES[at]!)]);
  const streams = aCluster(stream).imagestreams!;
  for (const [resource, objects] of Object.entries({ ...savedLists(), imagestreams: streams, pods: [] }))
    writeFileSync(join(lists, `${resource}.json`), JSON.stringify(listOf(resource, objects)));
  const name = aPolicy(
    'rules: [{ name: pull requests, match: { tags: ["pr-*"] }, expireTag: { olderThan: 1d, keepNewest: 1 } }]\n',
  );
  const { summary, rules } = JSON.parse((await check(name, '--from', lists, '-o', 'json')).stdout);
  expect(rules[0]).toMatchObject({ matches: { tags: 3 }, keeps: { tags: 1 }, removes: { tags: 2, items: 2 } });
  expect(rules[0].removes.bytes).toBeLessThanOrEqual(summary.bytes);
  expect(summary).toMatchObject({ imageStreamTags: 2, imageStreamTagItems: 2 });
  const { stdout } = await check(name, '--from', lists);
  expect(stdout).toMatch(/^pull requests +3 +3 +1 +2 +2 /m);
  // Tags that lose all items without expiring count, too.
  const none = aPolicy('rules: [{ name: none, match: { tags: ["pr-*"] }, keepTagRevisions: 0 }]\n');
  const emptied = JSON.parse((await check(none, '--from', lists, '-o', 'json')).stdout);
  expect(emptied.rules[0]).toMatchObject({ keeps: { tags: 0 }, removes: { tags: 3, items: 3 } });
});

describe('the schema for editors', () => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);

  test.each([
    readFileSync(EXAMPLE, 'utf8'),
    HEADER,
    `${HEADER}rules: []`,
    `${HEADER}rules: [{ name: r, keepYoungerThan: 0, expireTag: { olderThan: 1d12h, orderBy: semver, tracked: true } }]`,
  ])('accepts %s', (text) => expect(validate(parse(text))).toBe(true));

  test.each([
    'rules: {}',
    'rules: [{}]',
    'rules: [{ name: "" }]',
    'rules: [{ name: a, keepTagRevision: 1 }]',
    'rules: [{ name: a, keepTagRevisions: 1.5 }]',
    'rules: [{ name: a, keepTagRevisions: -1 }]',
    'rules: [{ name: a, keepYoungerThan: 24 }]',
    'rules: [{ name: a, keepYoungerThan: -1h }]',
    'rules: [{ name: a, keep: never }]',
    'rules: [{ name: a, keep: always, keepTagRevisions: 1 }]',
    'rules: [{ name: a, expireTag: {} }]',
    'rules: [{ name: a, expireTag: { olderThan: 14days } }]',
    'rules: [{ name: a, expireTag: { olderThan: 14d, orderBy: age } }]',
    'rules: [{ name: a, match: { tags: [] } }]',
    'rules: [{ name: a, match: { tags: [1.10] } }]',
    'rules: [{ name: a, match: { tag: [x] } }]',
    'default: {}',
    'defaults: { expireTag: { olderThan: 1d } }',
  ])('refuses what regadm refuses: %s', async (content) => {
    expect(validate(parse(HEADER + content))).toBe(false);
    expect((await check(aPolicy(content))).status).toBe(1);
  });
});
