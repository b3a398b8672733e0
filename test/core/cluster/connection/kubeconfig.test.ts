import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCluster } from '../../../../src/core/cluster/index.js';
import { loadKubeconfig } from '../../../../src/core/cluster/connection/kubeconfig.js';
import type { RegadmError } from '../../../../src/core/model/errors.js';

let dir: string;
let server: Server;
let url: string;
let seen: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'regadm-kubeconfig-'));
  server = createServer((request, response) => {
    seen.push(request.headers);
    response.setHeader('Content-Type', 'application/json').end('{"kind":"PodList","items":[]}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(dir, { recursive: true });
});

beforeEach(() => {
  seen = [];
});

async function file(name: string, content: string | object): Promise<string> {
  const target = path.join(dir, name);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, typeof content === 'string' ? content : JSON.stringify(content));
  return target;
}

const cluster = (name: string, more: object = {}): object => ({ name, cluster: { server: url, ...more } });
const user = (name: string, more: object): object => ({ name, user: more });
const context = (name: string, of: string, as: string, namespace?: string): object => ({
  name,
  context: { cluster: of, user: as, namespace },
});

async function headersOf(options: Parameters<typeof openCluster>[0]): Promise<IncomingHttpHeaders> {
  const api = await openCluster(options);
  await api.get('/api/v1/pods');
  await api.close();
  return seen.at(-1)!;
}

function failure(run: () => unknown): RegadmError {
  try {
    run();
  } catch (error) {
    return error as RegadmError;
  }
  throw new Error('nothing was thrown');
}

describe('finding the kubeconfig', () => {
  test('merges several files in KUBECONFIG; the first one that names an entry wins', async () => {
    const first = await file('first', {
      clusters: [cluster('c')],
      contexts: [context('x', 'c', 'u')],
      'current-context': 'x',
    });
    const second = await file('second', {
      clusters: [cluster('c', { server: 'https://elsewhere' })],
      users: [user('u', { token: 'from-second' })],
      'current-context': 'other',
    });
    const config = loadKubeconfig({}, { KUBECONFIG: [path.join(dir, 'missing'), first, second].join(path.delimiter) });
    expect(config.getCurrentCluster()!.server).toBe(url);
    expect(config.getCurrentUser()!.token).toBe('from-second');
  });

  test("uses the pod's service account when there is no kubeconfig", async () => {
    await file('pod/var/run/secrets/kubernetes.io/serviceaccount/token', 'pod-token\n');
    await file('pod/var/run/secrets/kubernetes.io/serviceaccount/namespace', 'ci');
    // client-node reads these itself.
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' });
    const config = loadKubeconfig({}, { ...process.env, KUBECONFIG: path.join(dir, 'missing') }, path.join(dir, 'pod'));
    delete process.env.KUBERNETES_SERVICE_HOST;
    delete process.env.KUBERNETES_SERVICE_PORT;
    expect(config.getCurrentCluster()!.server).toBe('https://10.0.0.1:443');
    expect(config.getContextObject('context')!.namespace).toBe('ci');
  });

  test.each([
    ['a file that does not exist', { kubeconfig: '/nowhere/config' }, 'cannot read the kubeconfig /nowhere/config'],
    ['no kubeconfig', {}, 'none of the files in KUBECONFIG exists'],
  ])('%s', (_what, options, message) => {
    expect(failure(() => loadKubeconfig(options, { KUBECONFIG: '/nowhere/at-all' }))).toMatchObject({
      code: 'KUBECONFIG_MISSING',
      message: expect.stringContaining(message) as string,
    });
  });

  test('names a broken file, and shows nothing of its content', async () => {
    const broken = await file('broken', 'users:\n- name: u\n  user: {token: SECRET\n');
    const error = failure(() => loadKubeconfig({ kubeconfig: broken }));
    expect(error).toMatchObject({ code: 'KUBECONFIG_INVALID', message: expect.stringContaining(broken) as string });
    expect(`${error.message}${error.suggestions.join()}${error.stack}`).not.toContain('SECRET');
  });

  test('rejects an empty file, and a file that is not a kubeconfig', async () => {
    expect(failure(() => loadKubeconfig({ kubeconfig: path.join(dir, 'empty') })).code).toBe('KUBECONFIG_MISSING');
    const empty = await file('empty', '');
    expect(failure(() => loadKubeconfig({ kubeconfig: empty })).message).toContain('names no cluster');
    const text = await file('text', 'just text');
    expect(failure(() => loadKubeconfig({ kubeconfig: text })).code).toBe('KUBECONFIG_INVALID');
  });
});

describe('a field of another type is named', () => {
  const withFields = ({ ofCluster = {}, ofUser = {}, ofContext = {} }): Promise<string> =>
    file('types', {
      clusters: [{ name: 'c', cluster: { server: url, ...ofCluster } }],
      users: [user('u', { token: 't', ...ofUser })],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', ...ofContext } }],
      'current-context': 'x',
    });

  test.each(['certificate-authority', 'certificate-authority-data', 'tls-server-name', 'proxy-url'])(
    '%s of a cluster',
    async (field) => {
      const kubeconfig = await withFields({ ofCluster: { [field]: 3128 } });
      expect(failure(() => loadKubeconfig({ kubeconfig }))).toMatchObject({
        code: 'KUBECONFIG_INVALID',
        message: `the field ${field} of the kubeconfig's cluster "c" cannot be read: it is not a string`,
      });
    },
  );

  test.each([
    ...['token', 'username', 'password', 'client-certificate', 'client-certificate-data', 'client-key'],
    'client-key-data',
  ])('%s of a user', async (field) => {
    const kubeconfig = await withFields({ ofUser: { [field]: [1] } });
    expect(failure(() => loadKubeconfig({ kubeconfig }))).toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: `the field ${field} of the kubeconfig's user "u" cannot be read: it is not a string`,
    });
  });

  test.each([
    [{ ofCluster: { server: 6443 } }, "the field server of the kubeconfig's clusters cannot be read"],
    [
      { ofUser: { exec: 'plugin' } },
      'the field exec of the kubeconfig\'s user "u" cannot be read: it is not a mapping',
    ],
    [{ ofUser: { 'auth-provider': 'oidc' } }, "the field auth-provider of the kubeconfig's user"],
    [{ ofContext: { namespace: 5 } }, "the field namespace of the kubeconfig's context"],
  ])('%j', async (fields, message) => {
    const kubeconfig = await withFields(fields);
    expect(failure(() => loadKubeconfig({ kubeconfig }))).toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });

  test('a field without a value counts as absent', async () => {
    const kubeconfig = await withFields({ ofCluster: { 'proxy-url': null }, ofUser: { exec: null, password: null } });
    expect(loadKubeconfig({ kubeconfig }).getCurrentUser()!.token).toBe('t');
  });
});

describe('selecting the cluster and the user', () => {
  let config: string;

  beforeAll(async () => {
    config = await file('config', {
      clusters: [cluster('a'), cluster('b', { server: 'https://b.example.com', 'insecure-skip-tls-verify': true })],
      users: [user('alice', { token: 'alice-token' }), user('bob', { username: 'bob', password: 'pw' })],
      contexts: [context('one', 'a', 'alice', 'team'), context('two', 'b', 'bob'), context('lost', 'gone', 'alice')],
      'current-context': 'one',
    });
  });

  test('uses the current context', async () => {
    expect((await headersOf({ kubeconfig: config })).authorization).toBe('Bearer alice-token');
    const api = await openCluster({ kubeconfig: config });
    expect([api.namespace, api.server, api.insecure, await api.token()]).toEqual(['team', url, false, 'alice-token']);
  });

  test('selects the context, the cluster and the user by name', async () => {
    const api = await openCluster({ kubeconfig: config, context: 'two' });
    expect([api.server, api.insecure]).toEqual(['https://b.example.com', true]);
    const headers = await headersOf({ kubeconfig: config, context: 'two', cluster: 'a' });
    expect(headers.authorization).toBe(`Basic ${Buffer.from('bob:pw').toString('base64')}`);
    expect((await headersOf({ kubeconfig: config, context: 'two', cluster: 'a', user: 'alice' })).authorization).toBe(
      'Bearer alice-token',
    );
  });

  test('a given token wins over all other credentials, a given server over the cluster', async () => {
    expect((await headersOf({ kubeconfig: config, user: 'bob', token: 'mine' })).authorization).toBe('Bearer mine');
    expect((await headersOf({ kubeconfig: config, context: 'two', server: url, token: 'mine' })).authorization).toBe(
      'Bearer mine',
    );
  });

  test('impersonates a user and groups', async () => {
    const headers = await headersOf({ kubeconfig: config, impersonateUser: 'joe', impersonateGroups: ['dev', 'ops'] });
    expect(headers['impersonate-user']).toBe('joe');
    expect(headers['impersonate-group']).toBe('dev, ops');
  });

  describe('with an impersonated user in it', () => {
    const asBob = { as: 'bob', 'as-groups': ['dev', 'ops'], 'as-uid': 'u-1', 'as-user-extra': { 'a/b': ['x', 'y'] } };
    const impersonating = (more: object): Promise<string> =>
      file('impersonating', {
        clusters: [cluster('a')],
        users: [user('other', { 'as-groups': ['no'] }), user('alice', { token: 't', ...more })],
        contexts: [context('one', 'a', 'alice')],
        'current-context': 'one',
      });
    const impersonation = (headers: IncomingHttpHeaders): object =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('impersonate-')));

    test('requests run with its groups, uid and extra fields', async () => {
      expect(impersonation(await headersOf({ kubeconfig: await impersonating(asBob) }))).toEqual({
        'impersonate-user': 'bob',
        'impersonate-group': 'dev, ops',
        'impersonate-uid': 'u-1',
        'impersonate-extra-a%2fb': 'x, y',
      });
    });

    test('given groups replace its groups', async () => {
      const options = { kubeconfig: await impersonating(asBob), impersonateUser: 'joe', impersonateGroups: ['qa'] };
      expect(impersonation(await headersOf(options))).toMatchObject({
        'impersonate-user': 'joe',
        'impersonate-group': 'qa',
      });
    });

    test.each([{ 'as-groups': ['dev'] }, { 'as-uid': 'u-1' }, { 'as-user-extra': { a: ['x'] } }])(
      '%j without a user is refused, as by kubectl',
      async (fields) => {
        const kubeconfig = await impersonating(fields);
        await expect(openCluster({ kubeconfig })).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID' });
      },
    );

    test('given groups without a user are refused', async () => {
      await expect(openCluster({ kubeconfig: config, impersonateGroups: ['dev'] })).rejects.toMatchObject({
        code: 'KUBECONFIG_INVALID',
        message: 'groups, a uid or extra fields are to be impersonated without a user',
      });
    });

    test('names are sent as UTF-8, and keys of extra fields are escaped', async () => {
      const kubeconfig = await impersonating({
        as: 'jürgen',
        'as-groups': ['用户'],
        'as-user-extra': { 'a(b)ü': ['é'] },
      });
      const utf8 = (value: unknown): string => Buffer.from(String(value), 'latin1').toString('utf8');
      const sent = impersonation(await headersOf({ kubeconfig })) as Record<string, string>;
      expect(Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, utf8(value)]))).toEqual({
        'impersonate-user': 'jürgen',
        'impersonate-group': '用户',
        'impersonate-extra-a%28b%29%c3%bc': 'é',
      });
    });

    test.each(['a\nb', '\u0000', '\u007f'])('the name %j is refused before any request', async (as) => {
      const shown = JSON.stringify(as);
      await expect(openCluster({ kubeconfig: await impersonating({ as }) })).rejects.toMatchObject({
        code: 'KUBECONFIG_INVALID',
        message: `cannot impersonate the user ${shown}: HTTP headers cannot contain it`,
      });
    });

    test.each([
      ['as', 5],
      ['as-groups', 'dev'],
      ['as-groups', [1]],
      ['as-uid', 5],
      ['as-user-extra', ['x']],
      ['as-user-extra', { a: 'x' }],
    ])('%s of another type, %j, is an error', async (field, value) => {
      const kubeconfig = await impersonating({ as: 'bob', [field]: value });
      await expect(openCluster({ kubeconfig })).rejects.toMatchObject({
        code: 'KUBECONFIG_INVALID',
        message: expect.stringContaining(field) as string,
      });
    });
  });

  test.each([
    ['context', { context: 'three' }, 'no context named "three"', 'one, two, lost'],
    ['cluster', { cluster: 'z' }, 'no cluster named "z"', 'a, b'],
    ['user', { user: 'eve' }, 'no user named "eve"', 'alice, bob'],
    ['cluster of a context', { context: 'lost' }, 'no cluster named "gone"', '--context'],
  ])('the error for an unknown %s lists the existing ones', (_what, options, message, suggestion) => {
    const error = failure(() => loadKubeconfig({ kubeconfig: config, ...options }));
    expect(error).toMatchObject({ code: 'KUBECONFIG_INVALID', message: expect.stringContaining(message) as string });
    expect(error.suggestions.join()).toContain(suggestion);
  });

  test('refuses a context with an unknown user, unless a token is given', async () => {
    const kubeconfig = await file('no-user', {
      clusters: [cluster('a')],
      users: [user('alice', { token: 't' })],
      contexts: [context('one', 'a', 'eve')],
      'current-context': 'one',
    });
    expect(failure(() => loadKubeconfig({ kubeconfig }))).toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: 'the kubeconfig has no user named "eve"',
      suggestions: ['it has: alice', expect.stringContaining('--user')],
    });
    expect((await headersOf({ kubeconfig, user: 'alice' })).authorization).toBe('Bearer t');
    expect((await headersOf({ kubeconfig, token: 'mine' })).authorization).toBe('Bearer mine');
  });

  test('runs an exec plugin, and reports one that fails', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-plugin' },
    };
    const plugin = await file('plugin.sh', `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    const failing = await file('failing.sh', '#!/bin/sh\necho "please log in" >&2\nexit 1\n');
    await Promise.all([plugin, failing].map((script) => chmod(script, 0o755)));
    const exec = (command: string): object => ({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command } });
    const withPlugins = await file('plugins', {
      clusters: [cluster('a')],
      users: [user('good', exec(plugin)), user('bad', exec(failing))],
      contexts: [context('one', 'a', 'good')],
      'current-context': 'one',
    });
    expect((await headersOf({ kubeconfig: withPlugins })).authorization).toBe('Bearer from-plugin');
    await expect(headersOf({ kubeconfig: withPlugins, user: 'bad' })).rejects.toMatchObject({ code: 'CREDENTIALS' });
  });

  test('resolves a relative authority file against the directory of the kubeconfig', async () => {
    await file('ca.crt', 'PEM');
    const relative = await file('relative', {
      clusters: [cluster('a', { 'certificate-authority': 'ca.crt' })],
      contexts: [context('one', 'a', '')],
      'current-context': 'one',
    });
    const api = await openCluster({ kubeconfig: relative });
    expect(api.certificateAuthority!.toString()).toBe('PEM');
    const missing = await file('missing-ca', {
      clusters: [cluster('a', { 'certificate-authority': 'nowhere.crt' })],
      contexts: [context('one', 'a', '')],
      'current-context': 'one',
    });
    await expect(openCluster({ kubeconfig: missing })).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID' });
  });
});

describe('the request timeout', () => {
  test('ends a request to a server that hangs', async () => {
    const hanging = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => hanging.once('listening', resolve));
    const api = await openCluster({
      server: `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`,
      requestTimeoutMs: 50,
    });
    await expect(api.request('GET', '/', { retry: false })).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: expect.stringContaining('no response') as string,
    });
    hanging.closeAllConnections();
    hanging.close();
  });
});
