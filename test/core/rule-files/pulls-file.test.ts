import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parsePulls, readPullsFile } from '../../../src/core/rule-files/pulls-file.js';
import { RegadmError } from '../../../src/core/model/errors.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const at = (text: string) => Date.parse(text);

function document(change: object = {}): object {
  return {
    apiVersion: 'regadm/v1',
    kind: 'Pulls',
    pulls: [
      { repository: 'shop/app', digest: DIGEST, lastPulled: '2026-11-28T01:02:03Z' },
      { repository: 'shop/app', tag: 'v1', lastPulled: '2026-11-20T00:00:00Z', earlier: ['2026-11-19T10:00:00.5Z'] },
    ],
    coverage: {
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-28T02:00:00Z',
      gaps: [{ from: '2026-11-05T00:00:00Z', to: '2026-11-06T00:00:00Z' }],
    },
    ...change,
  };
}

function problems(text: string): string[] {
  try {
    parsePulls('pulls.json', text);
  } catch (error) {
    if (error instanceof RegadmError && error.code === 'PULLS_FILE') return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('readPullsFile', () => {
  let directory: string;
  beforeAll(async () => void (directory = await mkdtemp(path.join(tmpdir(), 'pulls-'))));
  afterAll(() => rm(directory, { recursive: true }));

  it.each([
    ['JSON', Buffer.from(JSON.stringify(document()))],
    ['compressed JSON', gzipSync(JSON.stringify(document()))],
  ])('reads %s', async (_, content) => {
    const file = path.join(directory, 'pulls');
    await writeFile(file, content);
    const { repositories, covered } = await readPullsFile(file, '--pulls');
    expect(repositories.get('shop/app')).toEqual({
      digests: new Map([[DIGEST, at('2026-11-28T01:02:03Z')]]),
      tags: new Map([['v1', [at('2026-11-20T00:00:00Z'), at('2026-11-19T10:00:00.5Z')]]]),
    });
    expect(covered).toEqual([
      { from: at('2026-11-01T00:00:00Z'), to: at('2026-11-05T00:00:00Z') },
      { from: at('2026-11-06T00:00:00Z'), to: at('2026-11-28T02:00:00Z') },
    ]);
  });

  it.each([
    ['a file that does not exist', undefined, 'cannot read --pulls'],
    ['damaged gzip', gzipSync(JSON.stringify(document())).subarray(0, 100), 'cannot read --pulls'],
    ['an empty file', Buffer.alloc(0), 'the file is empty'],
    ['text that is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'it is not UTF-8 text'],
  ])('refuses %s', async (_, content, message) => {
    const file = path.join(directory, 'refused');
    await rm(file, { force: true });
    if (content) await writeFile(file, content);
    await expect(readPullsFile(file, '--pulls')).rejects.toThrow(message);
  });
});

describe('parsePulls', () => {
  it('reads YAML, and a file that states no coverage', () => {
    const yaml = 'apiVersion: regadm/v1\nkind: Pulls\npulls: []\ncoverage: { from: null, to: null, gaps: [] }\n';
    expect(parsePulls('pulls.yaml', yaml)).toEqual({ repositories: new Map(), covered: [] });
  });

  it('lists every mistake with line and field', () => {
    const pulls = [
      { repository: 'Shop/app', tag: 'v1', lastPulled: '2026-11-28T01:02:03Z' },
      { repository: 'shop/app', digest: 'sha256:1', lastPulled: 'yesterday' },
      { repository: 'shop/app', lastPulled: '2026-11-28T01:02:03Z' },
    ];
    const coverage = { from: '2026-11-28T01:02:03Z', to: '2026-11-27T01:02:03Z', gaps: 1 };
    expect(problems(JSON.stringify(document({ pulls, coverage }), null, 2))).toEqual([
      'pulls.json:6: pulls[0].repository: must be the name of a repository, NAMESPACE/NAME, not "Shop/app"',
      'pulls.json:13: pulls[1].lastPulled: must be a time such as 2026-11-28T01:02:03Z, not "yesterday"',
      'pulls.json:12: pulls[1].digest: must be a whole digest, sha256:…, not "sha256:1"',
      'pulls.json:15: pulls[2]: must have either digest or tag',
      'pulls.json:23: coverage.gaps: must be a list, not "1"',
      'pulls.json:20: coverage: ends before it begins',
    ]);
  });

  it.each([
    ['{"kind":"Pulls","kind":"Pulls"}', 'pulls.json: the field "kind" occurs twice'],
    ['kind: Pulls\nkind: Pulls\n', 'pulls.json:2: the field "kind" occurs twice'],
    ['pulls: &a []\ncoverage: *a\n', 'pulls.json:2: aliases are not supported'],
    ['{"apiVersion": "regadm/v1",\n "kind": "Pulls", "pulls": [', 'pulls.json:2: Flow'],
    ['[]', 'pulls.json:1: must be a mapping, not a list'],
    [JSON.stringify(document({ kind: 'Plan' })), 'pulls.json:1: kind: must be Pulls, not "Plan"'],
    [JSON.stringify(document({ coverage: undefined })), 'pulls.json:1: coverage: is missing'],
    ['['.repeat(100_000), 'pulls.json: it is nested too deeply'],
  ])('refuses %.40s', (text, message) => {
    expect(problems(text).some((problem) => problem.startsWith(message)) || problems(text)).toBe(true);
  });
});
