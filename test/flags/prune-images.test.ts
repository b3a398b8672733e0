import { CONFIRMED, DRY_RUN, type ImagePruneRequest } from '../../src/core/prune/index.js';
import { toImagePruneRequest } from '../../src/flags/prune-images.js';

type FlagValues = Parameters<typeof toImagePruneRequest>[0];

/** The request for these flags; the other flags have their defaults. */
function request(flags: Partial<FlagValues> = {}): Promise<ImagePruneRequest> {
  const defaults = {
    all: true,
    referrers: 'extended',
    'prune-registry': true,
    'num-workers': 5,
    preflight: 'auto',
    output: 'table',
    'request-timeout': '0',
  };
  return toImagePruneRequest({ ...defaults, ...flags } as FlagValues);
}

test('without flags it is a dry run with the defaults of oc', async () => {
  expect(await request()).toEqual({
    options: {
      keepTagRevisions: 3,
      keepYoungerThanMs: 3_600_000,
      pruneOverSizeLimit: false,
      all: true,
      pruneRegistry: true,
      referrers: 'extended',
      ignoreInvalidRefs: false,
      pruneSignatures: false,
    },
    keepYoungerThan: '60m',
    registry: { forceInsecure: false, workers: 5, requestTimeoutMs: 0 },
    preflight: true,
    policy: DRY_RUN,
  });
});

test('every flag is part of the request', async () => {
  const given = await request({
    confirm: true,
    'keep-tag-revisions': 5,
    'keep-younger-than': '96h',
    all: false,
    namespace: 'shop',
    'prune-registry': false,
    'registry-url': 'registry.example.org:5000',
    'num-workers': 2,
    'request-timeout': '30',
    'max-delete': '10%',
    'plan-out': 'plan.json',
    'audit-log': 'audit.jsonl',
    preflight: 'skip',
  });
  expect(given).toMatchObject({
    options: {
      keepTagRevisions: 5,
      keepYoungerThanMs: 345_600_000,
      all: false,
      namespace: 'shop',
      pruneRegistry: false,
    },
    keepYoungerThan: '96h',
    registry: { registryUrl: 'registry.example.org:5000', workers: 2, requestTimeoutMs: 30_000 },
    preflight: false,
    policy: CONFIRMED,
    maxDelete: { percent: 10 },
    planOut: 'plan.json',
    auditLog: 'audit.jsonl',
  });
});

test.each<[string, Partial<FlagValues>]>([
  ['--from cannot be specified with --confirm', { from: 'lists', confirm: true }],
  ['--from cannot be specified with --plan', { from: 'lists', plan: 'plan.json' }],
  ['--from cannot be specified with --registry-url', { from: 'lists', 'registry-url': 'registry.example.org' }],
  ['--from cannot be specified with --force-insecure', { from: 'lists', 'force-insecure': true }],
  ['--from cannot be specified with --referrers=all', { from: 'lists', referrers: 'all' }],
  ['--plan cannot be specified with --keep-tag-revisions', { plan: 'plan.json', 'keep-tag-revisions': 3 }],
  ['--plan cannot be specified with --keep-younger-than', { plan: 'plan.json', 'keep-younger-than': '1h' }],
  ['--plan cannot be specified with --namespace', { plan: 'plan.json', namespace: 'shop' }],
  ['--plan cannot be specified with --plan-out', { plan: 'plan.json', 'plan-out': 'other.json' }],
  ['--plan cannot be specified with --skip-resource', { plan: 'p', referrers: 'all', 'skip-resource': ['a.b'] }],
  ['--skip-resource needs --referrers=all', { 'skip-resource': ['tasks.tekton.dev'] }],
  ['"Tasks.tekton.dev" for "--skip-resource" flag', { referrers: 'all', 'skip-resource': ['Tasks.tekton.dev'] }],
  ['invalid argument "*" for "--skip-resource" flag', { referrers: 'all', 'skip-resource': ['a.b', '*'] }],
  ['invalid argument "" for "--skip-resource" flag', { referrers: 'all', 'skip-resource': [''] }],
  ['--audit-log needs --confirm', { 'audit-log': 'audit.jsonl' }],
  ['--detailed-exitcode cannot be specified with --confirm', { 'detailed-exitcode': true, confirm: true }],
  ['--num-workers must be at least 1', { 'num-workers': 0 }],
  ['for "--max-delete"', { 'max-delete': 'many' }],
  ['--prune-signatures cannot be specified with --referrers=oc', { 'prune-signatures': true, referrers: 'oc' }],
  ['--prune-over-size-limit cannot be specified', { 'prune-over-size-limit': true, 'keep-tag-revisions': 3 }],
])('%s', async (message, flags) => {
  await expect(request(flags)).rejects.toMatchObject({
    code: 'USAGE',
    exitCode: 1,
    message: expect.stringContaining(message) as string,
  });
});

test('a flag that is set to false can be combined with any other', async () => {
  await expect(request({ from: 'lists', confirm: false, 'force-insecure': false })).resolves.toBeDefined();
  await expect(request({ plan: 'plan.json', 'ignore-invalid-refs': false })).resolves.toBeDefined();
});
