import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { examplesOf, hasLine, inlineExamplesOf, type Example } from '../support/docs/doc-examples.js';
import { hasRedis, Stage } from '../support/docs/stage.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Examples that need more than one sandbox, and the test that runs their commands. */
const NOT_RUN: [RegExp, reason: string, test: string][] = [
  [/(?<!--run ')regadm edge verify/, 'needs a hub and a managed cluster', 'test/commands/edge/verify.test.ts'],
  [/--storage azure:/, 'needs an Azure account', 'test/e2e/prune-hard-object-stores.test.ts'],
  [/--storage swift:/, 'needs a Swift account', 'test/e2e/prune-hard-object-stores.test.ts'],
  [/--policy policy.yaml --pulls/, 'needs a policy with keepPulledWithin', 'test/e2e/recent-pulls.test.ts'],
  [/--require-complete-pulls/, 'needs logs of 30 days', 'test/e2e/recent-pulls.test.ts'],
  [/--storage cluster --read-data/, 'needs a bucket with the data of layers', 'test/e2e/verify-data.test.ts'],
  [/--backup .*--storage cluster/, 'needs a bucket with the data of layers', 'test/e2e/prune-backup.test.ts'],
  [/regadm trash restore sha256:/, 'needs a blob in the trash', 'test/e2e/trash.test.ts'],
  [
    /--from lists --registry-url/,
    'needs a registry that the system trusts',
    'test/commands/registry/verify-from.test.ts',
  ],
  [/verify --merge/, 'needs documents of a Job or of several days', 'test/commands/registry/verify-print-job.test.ts'],
  ...(hasRedis()
    ? []
    : [[/--redis-url/, 'needs a Redis server', 'test/commands/registry/restart.test.ts'] as [RegExp, string, string]]),
];
/** An inline command can omit what its sentence or its error names. */
const INCOMPLETE = /^error: .*(?:\bneeds? |missing|must be given|is required)/m;

const inBucket = ({ script }: Example): boolean => /--storage cluster|s3:\/\//.test(script);

/** Runs the examples of a page in their order. @returns those that do not do what the page says */
async function wrongExamples(examples: Example[]): Promise<object[]> {
  const toRun = examples.filter(({ script }) => !NOT_RUN.some(([pattern]) => pattern.test(script)));
  const ofFiles = toRun.filter((example) => !inBucket(example));
  return [...(await wrongIn(ofFiles, false)), ...(await wrongIn(toRun.filter(inBucket), true))];
}

async function wrongIn(examples: Example[], bucket: boolean): Promise<object[]> {
  if (examples.length === 0) return [];
  const redis = examples.some(({ script }) => script.includes('--redis-url'));
  const stage = await Stage.create(examples[0]!.page, { bucket, redis });
  try {
    const wrong: object[] = [];
    for (const example of examples) wrong.push(...compare(example, await stage.run(example)));
    return wrong;
  } finally {
    await stage.close();
  }
}

function compare(example: Example, outcome: { status: number | null; output: string }): object[] {
  const { page, line, script, status, output: documented, isInline = false } = example;
  const missing = documented.filter((each) => !hasLine(outcome.output, each));
  if (outcome.status === status && missing.length === 0) return [];
  if (isInline && outcome.status === 1 && INCOMPLETE.test(outcome.output)) return [];
  const output = outcome.output.slice(0, 1500);
  return [{ page, line, script, status: outcome.status, ...(missing.length > 0 ? { missing } : {}), output }];
}

const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'commands.md')
    .map((name) => `docs/${name}`),
];
const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, { examples?: (string | { command: string })[] }>;
};
const names = Object.keys(commands).flatMap((id) => {
  const words = id.split(':');
  return words.map((_, index) => words.slice(0, index + 1).join(' '));
});

function examplesOfHelp(id: string): Example[] {
  return (commands[id]!.examples ?? []).map((example, line) => {
    const command = typeof example === 'string' ? example : example.command;
    const script = command
      .replaceAll('<%= config.bin %>', 'regadm')
      .replaceAll('<%= command.id %>', id.replaceAll(':', ' '));
    return { page: id, line, script, status: script.includes('--detailed-exitcode') ? 2 : 0, output: [] };
  });
}

// One test per page: each has its own sandbox and fails alone.
describe('the examples', () => {
  test.each(pages)('in %s work as described', async (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const { named, commands } = inlineExamplesOf(page, text);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
    expect(await wrongExamples([...examplesOf(page, text), ...commands])).toEqual([]);
  });

  test.each(Object.keys(commands))('in the help of %s work as described', async (id) => {
    expect(await wrongExamples(examplesOfHelp(id))).toEqual([]);
  });

  test('that need more than one sandbox have a test of their own', () => {
    expect(NOT_RUN.filter(([, , test]) => !existsSync(join(ROOT, test)))).toEqual([]);
  });
});
