import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { runCli, type CliResult } from '../support/cli.js';

const VERSION = 'client.authentication.k8s.io/v1';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(path.join(tmpdir(), 'regadm-credentials-'))));
afterEach(() => rmSync(directory, { recursive: true }));

/** Writes a kubeconfig with this user. */
function kubeconfig(cluster: object, user: object): string {
  const file = path.join(directory, 'kubeconfig');
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

describe('a plugin whose first credentials do not last', () => {
  let sandbox: Sandbox;
  beforeEach(async () => void (sandbox = await startSandbox({ sample: true, storage: 'none' })));
  afterEach(() => sandbox.stop());

  /** Returns a user whose plugin returns the first status when it runs for the first time, then the second one. */
  function plugin(first: object, then: object): object {
    const credential = (status: object): string =>
      JSON.stringify({ kind: 'ExecCredential', apiVersion: VERSION, status });
    const runs = path.join(directory, 'runs');
    const script = `echo x >> '${runs}'; [ $(wc -l < '${runs}') -eq 1 ] && echo '${credential(first)}' || echo '${credential(then)}'`;
    return { exec: { apiVersion: VERSION, command: 'sh', args: ['-c', script], interactiveMode: 'Never' } };
  }
  const runs = (): number => readFileSync(path.join(directory, 'runs'), 'utf8').trim().split('\n').length;

  /** Returns the users of the requests with credentials. */
  const usersOf = (server: string): Set<string> =>
    new Set(
      sandbox.requests.flatMap((one) => (one.server === server && one.user !== 'system:anonymous' ? [one.user] : [])),
    );

  function prune(user: object): Promise<CliResult> {
    const { clusters } = parse(readFileSync(sandbox.kubeconfig.admin, 'utf8')) as { clusters: [{ cluster: object }] };
    const args = ['prune', 'images', '--confirm', '--keep-younger-than=60m', '-o', 'json'];
    return runCli([...args, '--registry-url', sandbox.registryUrl], {
      kubeconfig: kubeconfig(clusters[0].cluster, user),
    });
  }

  test('is run again after a 401, and the run succeeds with the API server and the registry', async () => {
    const { status, stderr } = await prune(plugin({ token: 'revoked' }, { token: sandbox.tokens.admin }));
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    expect(runs()).toBe(2);
    expect(usersOf('registry')).toEqual(new Set(['admin']));
  });

  test('is run again before they expire, so that no request is rejected', async () => {
    const expirationTimestamp = new Date().toISOString();
    // Expired credentials are used for a second; the first response takes longer.
    let isFirst = true;
    sandbox.onRequest(({ user }) => {
      if (user !== 'pruner') return undefined;
      const slow = isFirst ? ({ do: 'slow', ms: 1500 } as const) : undefined;
      isFirst = false;
      return slow;
    });
    const first = { token: sandbox.tokens.pruner, expirationTimestamp };
    const { status } = await prune(plugin(first, { token: sandbox.tokens.admin }));
    expect(status).toBe(0);
    expect(runs()).toBe(2);
    expect(usersOf('api')).toEqual(new Set(['pruner', 'admin']));
    expect(usersOf('registry')).toEqual(new Set(['admin']));
    expect(sandbox.requests.filter(({ status: answer }) => answer === 401)).toEqual([]);
  });

  test('fails the run if it returns the same credentials again', async () => {
    const { status, stdout } = await prune(plugin({ token: 'revoked' }, { token: 'revoked' }));
    expect([status, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ kind: 'Error', code: 'UNAUTHORIZED' })]);
  });
});

describe('a user to impersonate', () => {
  let seen: IncomingHttpHeaders[];

  /** Runs a command against an API server that rejects every request. */
  async function run(user: object): Promise<CliResult> {
    seen = [];
    const server = createServer(({ headers }, response) => {
      seen.push(headers);
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"kind":"Status","code":403}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      return await runCli(['prune', 'schedule'], {
        kubeconfig: kubeconfig({ server: address }, { token: 't', ...user }),
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test('is sent as UTF-8', async () => {
    const { stderr } = await run({ as: '用户', 'as-groups': ['gruppe-ü'] });
    expect(stderr).not.toContain('Invalid character');
    const sent = (name: string): string => Buffer.from(String(seen[0]![name]), 'latin1').toString('utf8');
    expect([sent('impersonate-user'), sent('impersonate-group')]).toEqual(['用户', 'gruppe-ü']);
  });

  test.each([{ 'as-groups': ['dev'] }, { 'as-uid': 'u-1' }, { 'as-user-extra': { a: ['x'] } }])(
    'is required by %j: nothing is sent without it',
    async (fields) => {
      const { status, stderr } = await run(fields);
      expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .*impersonated without a user/m)]);
      expect(seen).toEqual([]);
    },
  );
});

test.each([
  ['http://127.0.0.1:1', 'the proxy cannot be reached: connection refused (through the proxy http://127.0.0.1:1)'],
  ['socks5://127.0.0.1:1', 'the proxy in HTTPS_PROXY cannot be used: it is a SOCKS proxy'],
  ['http://[', 'the proxy in HTTPS_PROXY cannot be used'],
])('a proxy that cannot be used for the registry is named: %s', async (proxy, message) => {
  const sandbox = await startSandbox({ sample: true, storage: 'none' });
  const { status, stderr } = await runCli(
    ['prune', 'images', '--confirm', '--registry-url', 'https://registry.example.org'],
    { kubeconfig: sandbox.kubeconfig.admin, env: { HTTPS_PROXY: proxy } },
  );
  await sandbox.stop();
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(stderr).toMatch(/correct HTTPS_PROXY, .* or add registry\.example\.org to NO_PROXY/);
});

describe('what the program loads only for a few kubeconfigs', () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(401).end();
  });
  server.on('connect', ({ method, url }, socket) => {
    seen.push(`${method} ${url}`);
    // The program ends as soon as it has read the response, also in the middle of the connection's end.
    socket.on('error', () => {});
    socket.end('HTTP/1.1 502 No\r\n\r\n');
  });
  // A SOCKS client does not speak HTTP.
  server.on('clientError', (_error, socket) => {
    seen.push('no HTTP');
    socket.on('error', () => {});
    socket.destroy();
  });
  const address = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  beforeEach(() => void (seen.length = 0));
  afterAll(() => new Promise((resolve) => void server.close(resolve)));

  test('the token that the command of an auth-provider prints', async () => {
    const config = {
      'cmd-path': 'echo',
      'cmd-args': `'{"credential":{"access":"printed","expires":"2099-01-01T00:00:00Z"}}'`,
      'token-key': '{.credential.access}',
      'expiry-key': '{.credential.expires}',
    };
    const user = { 'auth-provider': { name: 'gcp', config } };
    await runCli(['prune', 'images'], { kubeconfig: kubeconfig({ server: `http://${address()}` }, user) });
    expect(seen).toContain('GET /apis Bearer printed');
  });

  test.each([
    ['http', 'https', 'CONNECT api.example.test:6443'],
    ['http', 'http', 'CONNECT api.example.test:6443'],
    ['socks5', 'https', 'no HTTP'],
  ])('a proxy of the kubeconfig: %s, to a server with %s', async (scheme, of, request) => {
    const cluster = { server: `${of}://api.example.test:6443`, 'proxy-url': `${scheme}://${address()}` };
    const { status } = await runCli(['prune', 'images'], { kubeconfig: kubeconfig(cluster, { token: 't' }) });
    expect([status, seen]).toEqual([1, expect.arrayContaining([request])]);
  });
});
