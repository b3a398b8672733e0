import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EXPIRED, makeAuthority, type Authority } from '../../../support/servers/certificates.js';
import { end, tlsServer, type TestServer } from '../../../support/servers/tls-servers.js';
import { regadm } from '../../../support/regadm.js';

let dir: string;
let authority: Authority;
let server: TestServer;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'regadm-certificate-'));
  authority = await makeAuthority();
});
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => server.close());

/** Starts a server, and runs `registry status` with a kubeconfig that has these fields of a cluster. */
async function errorOf(
  request: Parameters<Authority['issue']>[0],
  cluster: object,
): Promise<{ code: string; message: string; suggestions: string[] }> {
  server = await tlsServer(await authority.issue(request), (_request, response) => end(response, 401));
  const kubeconfig = path.join(dir, 'config');
  const certificateAuthority = { 'certificate-authority-data': Buffer.from(authority.cert).toString('base64') };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [
        { name: 'c', cluster: { server: `https://127.0.0.1:${server.port}`, ...certificateAuthority, ...cluster } },
      ],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  const { stdout } = await regadm(['registry', 'status', '-o', 'json'], { kubeconfig });
  return JSON.parse(stdout) as never;
}

test('a wrong tls-server-name of the kubeconfig is named', async () => {
  const { code, message, suggestions } = await errorOf({}, { 'tls-server-name': 'other.example' });
  expect(code).toBe('API_UNTRUSTED');
  expect(message).toMatch(
    /: its certificate is for another name: it is valid for .*localhost.*, not for other\.example \(tls-server-name in the kubeconfig\)$/,
  );
  expect(suggestions[0]).toMatch(/^correct or remove tls-server-name in the kubeconfig: .* other\.example /);
});

test('a tls-server-name for which the server has a certificate of another authority is named', async () => {
  const other = await makeAuthority('another authority');
  const { message, suggestions } = await errorOf(
    {},
    {
      'tls-server-name': 'localhost',
      'certificate-authority-data': Buffer.from(other.cert).toString('base64'),
    },
  );
  expect(message).toMatch(/: its certificate is signed by an unknown authority$/);
  expect(suggestions).toEqual([
    expect.stringMatching(/tls-server-name .* localhost /),
    expect.stringMatching(/certificate-authority/),
  ]);
});

test('a right tls-server-name is used', async () => {
  const { code } = await errorOf({ hosts: ['api.example'] }, { 'tls-server-name': 'api.example' });
  expect(code).toBe('UNAUTHORIZED');
});

test('without tls-server-name, the names of the certificate and that of the server are named', async () => {
  const { message, suggestions } = await errorOf({ hosts: ['api.example'] }, {});
  expect(message).toMatch(/: its certificate is for another name: it is valid for api\.example, not for 127\.0\.0\.1$/);
  expect(suggestions).toEqual([expect.stringMatching(/^use a name that the certificate is for .* tls-server-name/)]);
});

test('an expired certificate: the clock or the certificate, not its authority', async () => {
  const { message, suggestions } = await errorOf(EXPIRED, {});
  expect(message).toMatch(/: its certificate has expired$/);
  expect(suggestions).toEqual([expect.stringMatching(/^check this machine's clock; .* needs a new certificate/)]);
});
