import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CliResult } from '../../../support/cli.js';
import { regadm } from '../../../support/regadm.js';
import { startProxy } from '../../../support/servers/proxy-server.js';
import { end, plainServer, rawServer } from '../../../support/servers/tls-servers.js';

const SERVER = 'https://api.example.org:6443';
/** A login whose password must appear nowhere. */
const LOGIN = 'regadm:p4ssw0rd-of-the-proxy@';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'regadm-proxy-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** Runs a command against a server that only a proxy leads to. @param proxyUrl `proxy-url` of the kubeconfig */
async function run(
  proxyUrl: string | undefined,
  env: Record<string, string> = {},
  flags: string[] = [],
): Promise<CliResult> {
  const kubeconfig = path.join(dir, 'config');
  const cluster = { server: SERVER, ...(proxyUrl === undefined ? {} : { 'proxy-url': proxyUrl }) };
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'a',
      clusters: [{ name: 'a', cluster }],
      users: [{ name: 'a', user: { token: 'sha256~secret-token' } }],
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    }),
  );
  const result = await regadm(['prune', 'schedule', ...flags], { kubeconfig, env });
  expect(result.stdout + result.stderr).not.toMatch(/p4ssw0rd|secret-token/);
  expect(result.status).toBe(1);
  return result;
}

const withLogin = (url: string): string => url.replace('//', `//${LOGIN}`);

describe.each([
  [
    'proxy-url',
    'proxy-url of the kubeconfig\'s cluster "a"',
    /\n {2}\* correct proxy-url of the kubeconfig's cluster "a", which names the proxy\n/,
  ],
  [
    'HTTPS_PROXY',
    'HTTPS_PROXY',
    /\n {2}\* correct HTTPS_PROXY, which names the proxy, or add api\.example\.org to NO_PROXY\n/,
  ],
])('a proxy in %s', (place, where, remedy) => {
  const through = (url: string, flags: string[] = []): Promise<CliResult> =>
    place === 'proxy-url' ? run(url, {}, flags) : run(undefined, { [place]: url }, flags);

  test.each([407, 403, 502])('that answers %d is named as the cause', async (status) => {
    const proxy = await startProxy({}, status);
    const { stderr } = await through(withLogin(proxy.url));
    await proxy.close();
    expect(stderr).toContain(
      `error: cannot reach the API server at ${SERVER}: the proxy ${proxy.url} (${where}) refuses with status ${status}\n`,
    );
    expect(stderr).toMatch(remedy);
    expect(proxy.seen).toContain('CONNECT api.example.org:6443');
  });

  test.each(['http', 'socks5h'])('that is away is named as the cause (%s)', async (protocol) => {
    const { stderr } = await through(withLogin(`${protocol}://127.0.0.1:1`));
    expect(stderr).toContain(`the proxy ${protocol}://127.0.0.1:1 (${where}) cannot be reached: connection refused\n`);
    expect(stderr).toMatch(remedy);
  });

  test('that does not speak SOCKS is named as the cause', async () => {
    const server = await rawServer(
      (socket) => void socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const { stderr } = await through(withLogin(`socks5h://127.0.0.1:${server.port}`));
    await server.close();
    expect(stderr).toMatch(/the proxy socks5h:\S+ \(.*\) refuses: .*[Ss]ocks5/);
    expect(stderr).toMatch(remedy);
  });

  test.each([
    ['http://[', 'http://['],
    ['proxy.example.org:99999', 'proxy.example.org:99999'],
    ['http//bad url', 'http//bad url'],
    ['http://user:p4ssw0rd-of-the-proxy', 'http://user:…'],
    ['http://user:p4ssw0rd-of-the-proxy@proxy host', 'http://proxy host'],
  ])('that is not a proxy URL: %s', async (url, shown) => {
    const { stderr } = await through(url);
    expect(stderr).toMatch(
      /^error: the proxy.* cannot be used: ".*" is not a URL of the form http:\/\/HOST:PORT, .* or \S+$/m,
    );
    expect(stderr).toContain(`${shown}" is not`);
    expect(stderr).toMatch(remedy);
  });

  test.each(['socks4', 'ftp'])('with the scheme %s cannot be used', async (scheme) => {
    const { stderr } = await through(withLogin(`${scheme}://127.0.0.1:1`));
    expect(stderr).toContain(`the scheme of "${scheme}://127.0.0.1:1" is not http, https, socks5 or socks5h\n`);
    expect(stderr).toContain(where);
    expect(stderr).toMatch(remedy);
  });

  test.each(['http', 'https', 'socks5'])('that does not answer is named as the cause (%s)', async (scheme) => {
    const server = await rawServer((socket) => void socket.on('data', () => {}));
    const url = `${scheme}://127.0.0.1:${server.port}`;
    const { stderr } = await through(withLogin(url), ['--request-timeout=1s']);
    const connections = server.connections();
    await server.close();
    expect(stderr).toContain(
      `cannot reach the API server at ${SERVER}: the proxy ${url} (${where}) does not open a connection: no answer within 1 s\n`,
    );
    expect(stderr).toMatch(remedy);
    expect(connections).toBe(1);
  });

  test('with socks5 looks up the name of the API server', async () => {
    const asked: Buffer[] = [];
    const server = await rawServer((socket) =>
      socket.on('data', (data) => {
        asked.push(data);
        if (asked.length === 1) socket.write(Buffer.from([5, 0]));
        else socket.end();
      }),
    );
    await through(`socks5://127.0.0.1:${server.port}`);
    await server.close();
    expect(asked.some((data) => data.includes('api.example.org'))).toBe(true);
  });
});

test('a proxy that sends its own page is the first remedy', async () => {
  const filter = await plainServer((_request, response) =>
    end(response, 403, '<!doctype html><title>blocked</title>', { 'content-type': 'text/html' }),
  );
  const proxy = await startProxy({ 'api.example.org:80': filter.port });
  const { stderr } = await run(proxy.url, {}, ['--server=http://api.example.org:80']);
  await proxy.close();
  await filter.close();
  expect(stderr).toMatch(/the server answered 403 to GET \S+ with a web page\n {2}\* correct proxy-url/);
  expect(stderr).not.toContain('system:image-pruner');
});
