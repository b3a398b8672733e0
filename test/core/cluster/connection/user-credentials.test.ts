import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ExecPlugin } from '../../../../src/core/cluster/connection/exec-plugin.js';
import { openCluster } from '../../../../src/core/cluster/index.js';
import { startProxy } from '../../../support/servers/proxy-server.js';
import { runCli } from '../../../support/cli.js';

const VERSION = 'client.authentication.k8s.io/v1';

let dir: string;
let server: Server;
let url: string;
let seen: IncomingHttpHeaders[];
/** Tokens that the server rejects. */
let rejected: Set<string>;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'regadm-credentials-'));
  seen = [];
  rejected = new Set();
  server = createServer((request, response) => {
    seen.push(request.headers);
    response.setHeader('Content-Type', 'application/json');
    response.statusCode = rejected.has(request.headers.authorization ?? '') ? 401 : 200;
    response.end('{"kind":"PodList","apiVersion":"v1","items":[]}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

const file = (name: string, text: string, mode = 0o600): string => {
  const target = path.join(dir, name);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  chmodSync(target, mode);
  return target;
};
const kubeconfig = (user: object, cluster: object = {}): string =>
  file(
    'conf/kubeconfig',
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: url, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
async function authorization(user: object, cluster: object = {}, options: object = {}): Promise<string | undefined> {
  const api = await openCluster({ kubeconfig: kubeconfig(user, cluster), ...options });
  await api.get('/api/v1/pods');
  await api.close();
  return seen.at(-1)!.authorization;
}

describe('tokenFile', () => {
  test('is relative to the kubeconfig, and takes precedence over a token', async () => {
    file('conf/secrets/token', 'from-file\n');
    await expect(authorization({ tokenFile: 'secrets/token' })).resolves.toBe('Bearer from-file');
    await expect(authorization({ tokenFile: 'secrets/token', token: 'inline' })).resolves.toBe('Bearer from-file');
    await expect(authorization({ tokenFile: 'secrets/token' }, {}, { token: 'given' })).resolves.toBe('Bearer given');
  });

  test('that does not exist leaves the token; without one, the error names the file', async () => {
    await expect(authorization({ tokenFile: 'no/token', token: 'inline' })).resolves.toBe('Bearer inline');
    const missing = path.join(dir, 'conf/no/token');
    await expect(authorization({ tokenFile: 'no/token' })).rejects.toMatchObject({
      code: 'CREDENTIALS',
      message: expect.stringContaining(`cannot read the tokenFile of its user, ${missing}: `) as string,
      suggestions: [expect.stringContaining('correct tokenFile')],
    });
    file('conf/empty', '\n');
    await expect(authorization({ tokenFile: 'empty' })).rejects.toMatchObject({
      message: expect.stringContaining('it is empty') as string,
    });
    await expect(authorization({ tokenFile: 5 })).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID' });
  });

  test('is read again when the server rejects the token, and the request is repeated', async () => {
    const token = file('conf/token', 'old');
    const api = await openCluster({ kubeconfig: kubeconfig({ tokenFile: 'token' }) });
    await api.get('/api/v1/pods');
    rejected.add('Bearer old');
    await expect(api.get('/api/v1/pods')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    writeFileSync(token, 'new');
    await api.get('/api/v1/pods');
    expect(await api.token()).toBe('new');
    await api.close();
  });

  test('also gives the token of the command line', async () => {
    file('conf/token', 'from-file');
    await runCli(['registry', 'status'], { kubeconfig: kubeconfig({ tokenFile: 'token' }) });
    expect(new Set(seen.map(({ authorization: sent }) => sent))).toEqual(new Set(['Bearer from-file']));
  });
});

describe.each([
  ['a line break', 'one\ntwo', 'it contains a line break, but a token is a single line'],
  ['a control character', 'one\u0007two', 'it contains a control character'],
  ['a character outside of Latin-1', 'one\u2026', 'it contains a character that HTTP headers cannot contain'],
])('a token with %s is refused before any request', (_what, token, problem) => {
  const refused = { code: 'CREDENTIALS', message: expect.stringContaining(problem) as string };

  test('in a tokenFile, which is named', async () => {
    const target = file('conf/token', `${token}\n`);
    await expect(authorization({ tokenFile: 'token', token: 'inline' })).rejects.toMatchObject({
      ...refused,
      message: `cannot get the credentials of the kubeconfig: the tokenFile of its user, ${target}: ${problem}`,
    });
    expect(seen).toEqual([]);
  });

  test('in the kubeconfig', async () => {
    await expect(authorization({ token })).rejects.toMatchObject({
      ...refused,
      message: `cannot get the credentials of the kubeconfig: the token of its user: ${problem}`,
    });
    expect(seen).toEqual([]);
  });

  test('given by the user', async () => {
    await expect(authorization({ token: 't' }, {}, { token })).rejects.toMatchObject({
      ...refused,
      message: `the given token cannot be used: ${problem}`,
    });
  });

  test('of an exec plugin', async () => {
    const credential = JSON.stringify({ apiVersion: VERSION, status: { token } });
    file('conf/credential', credential);
    const exec = { apiVersion: VERSION, command: 'cat', args: [path.join(dir, 'conf/credential')] };
    await expect(authorization({ exec })).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(
        `the exec plugin cat returned a token that cannot be sent: ${problem}`,
      ) as string,
    });
  });
});

describe('credentials that cannot be used are refused before any request', () => {
  const data = Buffer.from('PEM').toString('base64');

  test.each([
    ['a certificate without a key', { 'client-certificate-data': data }, 'has a client-certificate, but no client-key'],
    ['that, with a token', { 'client-certificate': 'c', token: 't' }, 'has a client-certificate, but no client-key'],
    ['a key without a certificate', { 'client-key-data': data }, 'has a client-key, but no client-certificate'],
  ])('%s', async (_what, user, message) => {
    await expect(authorization(user)).rejects.toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: `the kubeconfig's user ${message}`,
      suggestions: [expect.stringContaining('log in (oc login), or pass --token')],
    });
    expect(seen).toEqual([]);
  });

  test.each([
    ['oidc', { 'id-token': 'expired' }],
    ['unknown', {}],
  ])('the auth-provider %s without a token', async (name, config) => {
    await expect(authorization({ 'auth-provider': { name, config } })).rejects.toMatchObject({
      code: 'CREDENTIALS',
      message: expect.stringContaining(`the auth-provider "${name}" of its user returned no token`) as string,
      suggestions: [expect.stringContaining('oc login')],
    });
    expect(seen).toEqual([]);
  });

  test('not if the user passes a token, or has a token and a key', async () => {
    const given = { token: 'given' };
    await expect(authorization({ 'client-certificate-data': data }, {}, given)).resolves.toBe('Bearer given');
    await expect(authorization({ 'auth-provider': { name: 'x' } }, {}, given)).resolves.toBe('Bearer given');
    file('conf/token', 'from-file');
    await expect(authorization({ 'client-key-data': data, tokenFile: 'token' })).resolves.toBe('Bearer from-file');
  });
});

test('a line break at the end of a token is ignored', async () => {
  await expect(authorization({ token: 'inline\n' })).resolves.toBe('Bearer inline');
  await expect(authorization({ token: 't' }, {}, { token: 'given\r\n' })).resolves.toBe('Bearer given');
});

describe('an exec plugin', () => {
  /** Creates a plugin that saves its environment variable and returns a token. */
  const plugin = (): string => {
    const credential = JSON.stringify({
      kind: 'ExecCredential',
      apiVersion: VERSION,
      status: { token: 'from-plugin' },
    });
    const script = `#!/bin/sh\nprintf %s "$KUBERNETES_EXEC_INFO" > '${path.join(dir, 'info')}'\necho '${credential}'\n`;
    return file('conf/bin/plugin', script, 0o700);
  };
  const info = (): unknown => JSON.parse(readFileSync(path.join(dir, 'info'), 'utf8'));
  const exec = (more: object = {}): object => ({ exec: { apiVersion: VERSION, command: './bin/plugin', ...more } });

  test('is found relative to the kubeconfig, and gets KUBERNETES_EXEC_INFO', async () => {
    plugin();
    await expect(authorization(exec())).resolves.toBe('Bearer from-plugin');
    expect(info()).toEqual({ kind: 'ExecCredential', apiVersion: VERSION, spec: { interactive: false } });
  });

  test('with provideClusterInfo learns about the cluster', async () => {
    plugin();
    const authority = file('conf/ca.crt', 'PEM');
    const proxy = await startProxy({ [new URL(url).host]: Number(new URL(url).port) });
    await authorization(exec({ provideClusterInfo: true }), {
      'certificate-authority': authority,
      'tls-server-name': 'api',
      'proxy-url': proxy.url,
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } }],
    });
    await proxy.close();
    expect(info()).toMatchObject({
      spec: {
        cluster: {
          server: url,
          'tls-server-name': 'api',
          'certificate-authority-data': Buffer.from('PEM').toString('base64'),
          'proxy-url': proxy.url,
          config: { audience: 'a' },
        },
      },
    });
  });

  test('that does not exist is named, with its install hint', async () => {
    const user = exec({
      command: 'no-such-plugin',
      installHint: 'get it from\n  https://example.com/plugin\u001b[31m',
    });
    const { status, stderr } = await runCli(['registry', 'status'], { kubeconfig: kubeconfig(user) });
    expect(status).toBe(1);
    expect(stderr).toContain('the exec plugin no-such-plugin of its user does not exist');
    expect(stderr).toContain('get it from');
    expect(stderr).toContain('https://example.com/plugin');
    expect(stderr).not.toContain('\u001b');
  });

  test.each([
    ['that fails', 'echo "log in, SECRET1234567" >&2; exit 3', 'failed with status 3: log in, (hidden)'],
    ['that prints no JSON', 'echo hello', 'returned no JSON'],
    [
      'that returns nothing',
      `echo '{"apiVersion":"${VERSION}","status":{}}'`,
      'returned no token and no client certificate',
    ],
    ['of another version', `echo '{"apiVersion":"v0","status":{"token":"t"}}'`, 'of another version than'],
  ])('%s is an error that names it', async (_what, script, message) => {
    file('conf/bin/plugin', `#!/bin/sh\n${script}\n`, 0o700);
    await expect(authorization(exec())).rejects.toMatchObject({
      code: 'CREDENTIALS',
      message: expect.stringContaining(message) as string,
    });
  });

  test('that must be interactive is not run without a terminal', async () => {
    plugin();
    const { stderr } = await runCli(['registry', 'status'], {
      kubeconfig: kubeconfig(exec({ interactiveMode: 'Always' })),
    });
    expect(stderr).toContain('needs a terminal (interactiveMode: Always)');
  });

  /** Creates a plugin whose tokens are token-1, token-2, … @param first what it does before */
  const counting = (more = '', first = ''): (() => number) => {
    const runs = path.join(dir, 'runs');
    const credential = `{"apiVersion":"${VERSION}","status":{"token":"token-%s"${more}}}`;
    file(
      'conf/bin/plugin',
      `#!/bin/sh\n${first}\necho x >> '${runs}'\nprintf '${credential}' $(wc -l < '${runs}')\n`,
      0o700,
    );
    return () => readFileSync(runs, 'utf8').trim().split('\n').length;
  };

  test('is run again if the server rejects its token, and all rejected requests are repeated', async () => {
    const runs = counting();
    rejected.add('Bearer token-1');
    const api = await openCluster({ kubeconfig: kubeconfig(exec()) });
    await Promise.all(Array.from({ length: 8 }, () => api.get('/api/v1/pods')));
    expect(runs()).toBe(2);
    rejected.add('Bearer token-2');
    const { chunks } = await api.stream('/api/v1/pods');
    for await (const chunk of chunks) expect(chunk.length).toBeGreaterThan(0);
    expect(await api.token('token-3')).toBe('token-4');
    expect(await api.token('token-3')).toBe('token-4');
    await api.close();
  });

  test('a request is checked again after the plugin has run, and before it is sent again', async () => {
    // A minimum: only after a wait of 10 ms or more is the request checked again, and a slow machine waits longer.
    counting('', 'sleep 0.1');
    rejected.add('Bearer token-1');
    const api = await openCluster({ kubeconfig: kubeconfig(exec()) });
    let checked = 0;
    await api.request('DELETE', '/api/v1/pods/p', { beforeRetry: async () => void checked++ });
    expect([checked, seen.map(({ authorization: sent }) => sent)]).toEqual([2, ['Bearer token-1', 'Bearer token-2']]);
    rejected.add('Bearer token-2');
    const inUse = new Error('now in use');
    const refused = api.request('DELETE', '/api/v1/pods/p', { beforeRetry: () => Promise.reject(inUse), retry: false });
    await expect(refused).rejects.toThrow('now in use');
    expect(seen).toHaveLength(3);
    await api.close();
  });

  test.each([
    ['valid for an hour is kept', 3600, 1],
    ['that expires at once is replaced', 0, 2],
  ])('a token %s', async (_what, seconds, expected) => {
    const expires = new Date(Date.now() + seconds * 1000).toISOString();
    counting(`,"expirationTimestamp":"${expires}"`);
    let now = Date.now();
    const authenticator = new ExecPlugin(
      { apiVersion: VERSION, command: path.join(dir, 'conf/bin/plugin') },
      {},
      () => now,
    );
    const token = async (): Promise<unknown> => {
      const options: RequestOptions = {};
      await authenticator.applyAuthentication(undefined, options);
      return (options.headers as { Authorization: string }).Authorization;
    };
    expect(await token()).toBe('Bearer token-1');
    now += 1000;
    expect(await token()).toBe(`Bearer token-${expected}`);
  });

  test('gives another token shortly before the first one expires', async () => {
    const expires = Date.now() + 3_600_000;
    counting(`,"expirationTimestamp":"${new Date(expires).toISOString()}"`);
    const authenticator = new ExecPlugin({ apiVersion: VERSION, command: path.join(dir, 'conf/bin/plugin') });
    await authenticator.applyAuthentication(undefined, {});
    expect(expires - authenticator.renewAt).toBeGreaterThanOrEqual(10_000);
    expect(expires - authenticator.renewAt).toBeLessThan(12_000);
  });

  test('is not run if there is a token', async () => {
    await expect(authorization({ ...exec({ command: '/nowhere' }), token: 'inline' })).resolves.toBe('Bearer inline');
  });
});

describe('proxy-url', () => {
  test.each(['ftp://proxy:1', 'not a url', 'http://'])('%s is refused, without its text', async (proxy) => {
    const opening = authorization({ token: 't' }, { 'proxy-url': proxy });
    await expect(opening).rejects.toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: expect.stringContaining('the proxy-url of the kubeconfig\'s cluster "c" cannot be used') as string,
    });
  });

  test('is named if the proxy cannot be reached, without its password', async () => {
    const { status, stderr } = await runCli(['registry', 'status'], {
      kubeconfig: kubeconfig(
        { token: 't' },
        { server: 'https://api.example.com:6443', 'proxy-url': 'http://u:pass1234@127.0.0.1:1' },
      ),
    });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(
        'the proxy http://127.0.0.1:1 (proxy-url of the kubeconfig\'s cluster "c") cannot be reached: connection refused',
      ),
    ]);
    expect(stderr).not.toContain('pass1234');
  });

  test('with https and an IP address causes no warning of Node.js', async () => {
    const cluster = { server: 'https://api.example.com:6443', 'proxy-url': 'https://127.0.0.1:1' };
    const { status, stderr } = await runCli(['registry', 'status'], {
      kubeconfig: kubeconfig({ token: 't' }, cluster),
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('cannot be reached: connection refused')]);
    expect(stderr).not.toContain('DEP0123');
  });

  test('is named if the proxy refuses', async () => {
    const proxy = await startProxy({}, 407);
    const opening = authorization({ token: 't' }, { server: 'https://api.example.com:6443', 'proxy-url': proxy.url });
    await expect(opening).rejects.toMatchObject({
      message: expect.stringContaining(`(proxy-url of the kubeconfig's cluster "c") refuses with status 407`) as string,
      suggestions: [expect.stringContaining('proxy-url'), expect.anything()],
    });
    await proxy.close();
  });
});
