import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm } from '../support/regadm.js';
import { temporaryDirectory } from '../support/storage-tree.js';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ sample: true, storage: 'none' });
});

afterAll(() => sandbox.stop());

afterEach(() => sandbox.clearFaults());

/** Expects that no request changed anything. */
function expectUntouched(from: number): void {
  const changing = sandbox.requests
    .slice(from)
    .filter(({ method, path }) => !['GET', 'HEAD'].includes(method) && !path.includes('selfsubjectaccessreviews'));
  expect(changing).toEqual([]);
}

/** Expects an error: exit status 1, a line on stderr, a JSON document on stdout, and nothing changed. */
async function expectError(
  args: string[],
  code: string,
  message: string | RegExp,
  env: Record<string, string> = {},
): Promise<void> {
  const from = sandbox.requests.length;
  const { status, stdout, stderr } = await regadm(['prune', 'images', '--confirm', '-o', 'json', ...args], { env });
  const document = JSON.parse(stdout) as { kind: string; code: string; message: string; suggestions: string[] };
  expect(document).toMatchObject({ apiVersion: 'regadm/v1', kind: 'Error', code });
  expect(document.message).toMatch(message);
  expect(stderr).toContain(`error: ${document.message}`);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(status).toBe(1);
  expectUntouched(from);
}

const RULES = [
  { apiGroups: ['image.openshift.io'], resources: ['images', 'imagestreams'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['apps'], resources: ['*'], verbs: ['list'] },
  { apiGroups: ['batch'], resources: ['*'], verbs: ['list'] },
  { apiGroups: ['build.openshift.io', 'apps.openshift.io'], resources: ['*'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods', 'replicationcontrollers', 'limitranges'], verbs: ['list'] },
];

describe('prune images stops before it changes anything when it cannot read something', () => {
  test.each([
    ['images', 'image.openshift.io'],
    ['imagestreams', 'image.openshift.io'],
    ['pods', ''],
    ['replicationcontrollers', ''],
    ['limitranges', ''],
  ])('no permission to list %s: the resource is named', async (resource, group) => {
    const rules = RULES.map((rule) => ({ ...rule, resources: rule.resources.filter((name) => name !== resource) }));
    const user = sandbox.addUser(`without-${resource}`, rules);
    const name = group ? `${resource}.${group}` : resource;
    await expectError(['--kubeconfig', user.kubeconfig], 'FORBIDDEN', `cannot list ${name}: ${name} is forbidden`);
  });

  test('no permission at all, an invalid token, no token', async () => {
    await expectError(['--kubeconfig', sandbox.kubeconfig.nobody], 'FORBIDDEN', /cannot list .*User "nobody"/);
    await expectError(['--kubeconfig', sandbox.kubeconfig.admin, '--token', 'expired'], 'UNAUTHORIZED', 'Unauthorized');
  });

  test.each([
    ['HTML', 'GET ^/api/v1/pods => html', 'API_NOT_JSON', 'cannot list pods'],
    ['a permanent internal error', 'GET ^/apis/apps/v1/daemonsets => 501', 'API_ERROR', 'cannot list daemonsets.apps'],
    [
      '404 for a resource that must exist',
      'GET ^/apis/apps/v1/statefulsets => 404',
      'NOT_FOUND',
      'cannot list statefulsets.apps',
    ],
  ])('the response to a list is %s', async (_what, rule, code, message) => {
    sandbox.addFault(rule);
    await expectError(['--kubeconfig', sandbox.kubeconfig.admin], code, message);
  });

  test('a server that does not listen, and one whose certificate is not trusted', async () => {
    await expectError(['--server', 'https://127.0.0.1:1', '--token', 'x'], 'API_UNREACHABLE', 'connection refused');
    await expectError(
      ['--server', sandbox.apiUrl, '--token', sandbox.tokens.admin],
      'API_UNTRUSTED',
      'unknown authority',
    );
  });

  test('missing and invalid kubeconfigs', async () => {
    await expectError(['--kubeconfig', '/nowhere'], 'KUBECONFIG_MISSING', '/nowhere');
    await expectError([], 'KUBECONFIG_MISSING', 'no kubeconfig');
    await expectError(['--kubeconfig', sandbox.caFile], 'KUBECONFIG_INVALID', /cannot be parsed|names no cluster/);
    await expectError(
      ['--kubeconfig', sandbox.kubeconfig.admin, '--context', 'nope'],
      'KUBECONFIG_INVALID',
      'no context named "nope"',
    );
  });

  test.each(['null', '[]', '"text"', '7', '{"clusters": [null]}', '{"users": 7}'])(
    'a kubeconfig that is %s is an error about the kubeconfig',
    async (text) => {
      const file = path.join(temporaryDirectory(), 'config');
      writeFileSync(file, text);
      await expectError(['--kubeconfig', file], 'KUBECONFIG_INVALID', /^the kubeconfig (?!.*Cannot read propert)/);
    },
  );

  test('a kubeconfig that does not end', async () => {
    await expectError(['--kubeconfig', '/dev/zero'], 'KUBECONFIG_MISSING', 'it is larger than 16 MiB');
  });
});

test('all invalid references are listed at once, with the object and the container', async () => {
  const pod = (name: string, image: string): object => ({
    metadata: { namespace: 'shop', name },
    spec: { containers: [{ name: 'web', image }] },
    status: { phase: 'Running' },
  });
  sandbox.store.put('pods', pod('one', 'Not A Reference'));
  sandbox.store.put('pods', pod('two', 'host/ns/name@md5'));
  const from = sandbox.requests.length;
  const { status, stdout, stderr } = await regadm([
    'prune',
    'images',
    '--confirm',
    '-o',
    'json',
    '--kubeconfig',
    sandbox.kubeconfig.admin,
  ]);
  const { invalidReferences, code } = JSON.parse(stdout) as {
    code: string;
    invalidReferences: { referrer: { name: string }; field: string; reference: string }[];
  };
  expect([status, code]).toEqual([1, 'INVALID_REFERENCES']);
  expect(invalidReferences.map(({ referrer, field, reference }) => [referrer.name, field, reference]).sort()).toEqual([
    ['one', 'container web', 'Not A Reference'],
    ['two', 'container web', 'host/ns/name@md5'],
  ]);
  for (const text of ['pod/one namespace=shop', 'pod/two namespace=shop', '--ignore-invalid-refs'])
    expect(stderr).toContain(text);
  expectUntouched(from);
  const ignored = await regadm(['prune', 'images', '--ignore-invalid-refs', '--kubeconfig', sandbox.kubeconfig.admin]);
  expect(ignored.status).toBe(0);
  expect(ignored.stderr).toContain('warning: pod/one namespace=shop');
  sandbox.store.remove('pods', 'shop', 'one');
  sandbox.store.remove('pods', 'shop', 'two');
});

describe('invalid combinations of flags', () => {
  test.each([
    [
      ['--prune-over-size-limit', '--keep-tag-revisions=1'],
      '--prune-over-size-limit cannot be specified with --keep-tag-revisions nor --keep-younger-than',
    ],
    [['--prune-over-size-limit', '--keep-younger-than=1h'], '--prune-over-size-limit cannot be specified'],
    [['--keep-tag-revisions=-1'], '--keep-tag-revisions must be greater than or equal to 0'],
    [['--keep-younger-than=-1m'], '--keep-younger-than must be greater than or equal to 0'],
    [
      ['--force-insecure', '--certificate-authority=/nowhere'],
      '--certificate-authority cannot be specified with --force-insecure',
    ],
    [['--registry-url=ftp://r.io'], 'unsupported scheme: ftp'],
    [['--num-workers=0'], '--num-workers'],
    [['--from=/tmp'], '--from cannot be specified with --confirm'],
    [['--plan=/nowhere', '--keep-tag-revisions=1'], '--plan cannot be specified with --keep-tag-revisions'],
    [['--detailed-exitcode'], '--detailed-exitcode cannot be specified with --confirm'],
    [['something'], 'unexpected argument "something"'],
    [['--no-such-flag'], 'unknown flag: --no-such-flag'],
  ])('%j', async (args, message) => {
    await expectError(
      [...args, '--kubeconfig', sandbox.kubeconfig.admin],
      'USAGE',
      new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
    );
  });
});
