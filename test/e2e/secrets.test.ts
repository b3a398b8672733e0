import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { regadm, type Outcome } from '../support/regadm.js';

const TOKEN = 'opaque-t0ken-of-the-test';
const PASSWORD = 'p4ssw0rd';
const SECRETS = [
  TOKEN,
  PASSWORD,
  Buffer.from(`u:${PASSWORD}`).toString('base64'),
  Buffer.from(`regadm:${TOKEN}`).toString('base64'),
];

let directory: string;
let server: Server;
/** An API server that repeats the credentials of each request. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-secrets-'));
  server = createServer(({ headers: { authorization = '' } }, response) => {
    const again = Buffer.from(`regadm:${authorization.replace(/^Bearer /, '')}`).toString('base64');
    const message = `no: ${authorization}\n${authorization.slice(7)} ${again} ${encodeURIComponent(authorization)}`;
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403, message }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});

const origin = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;

function kubeconfig(address: string, user: object): string {
  const file = join(directory, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: address } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const plugin = (script: string): object => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    command: 'sh',
    args: ['-c', script],
  },
});

function expectNoSecrets({ stdout, stderr }: Outcome): void {
  for (const secret of SECRETS) {
    expect(stdout).not.toContain(secret);
    expect(stderr).not.toContain(secret);
  }
}

const FORMATS = ['json', 'yaml', 'table'];
const COMMANDS = [...FORMATS.map((format) => ['prune', 'images', '-o', format]), ['doctor'], ['registry', 'status']];

test.each(COMMANDS)('a server that repeats the token: %s %s %s %s', async (...command: (string | undefined)[]) => {
  const args = command.filter((arg) => arg !== undefined);
  const outcome = await regadm([...args, '-v', '10'], {
    kubeconfig: kubeconfig(`http://${origin()}`, { token: TOKEN }),
  });
  expectNoSecrets(outcome);
  expect(outcome.stdout + outcome.stderr).toContain('(hidden)');
});

test('a server with user and password in its URL', async () => {
  for (const address of [`http://u:${PASSWORD}@${origin()}`, `https://u:${PASSWORD}@127.0.0.1:1`, `u:${PASSWORD}@host`])
    expectNoSecrets(
      await regadm(['prune', 'images', '-v', '10', '-o', 'json'], {
        kubeconfig: kubeconfig(address, { token: TOKEN }),
      }),
    );
});

test.each([
  ['fails', `echo ${TOKEN} >&2; exit 3`],
  ['prints something else than a credential', `echo ${TOKEN}`],
  [
    'succeeds',
    `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"${TOKEN}"}}'`,
  ],
])('an exec plugin that %s', async (_what, script) => {
  expectNoSecrets(
    await regadm(['prune', 'images', '-v', '10'], { kubeconfig: kubeconfig(`http://${origin()}`, plugin(script)) }),
  );
});

test('a token file that is named in the kubeconfig', async () => {
  const tokenFile = join(directory, 'token');
  writeFileSync(tokenFile, TOKEN);
  const outcome = await regadm(['doctor', '-o', 'json'], {
    kubeconfig: kubeconfig(`http://${origin()}`, { tokenFile }),
  });
  expectNoSecrets(outcome);
  expect(readFileSync(tokenFile, 'utf8')).toBe(TOKEN);
});

test('a proxy with a password that cannot be reached', async () => {
  const env = { HTTPS_PROXY: `http://u:${PASSWORD}@127.0.0.1:1` };
  expectNoSecrets(
    await regadm(['prune', 'images', '--server', 'https://api.example.test', '--token', TOKEN, '-v', '10'], { env }),
  );
});

test('the token on the command line', async () => {
  expectNoSecrets(
    await regadm(['prune', 'images', '--server', `http://${origin()}`, '--token', TOKEN, '-v', '10', '-o', 'json']),
  );
});
