import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm, type Outcome } from '../support/regadm.js';
import { temporaryDirectory } from '../support/storage-tree.js';

let sandbox: Sandbox;
let dir: string;

beforeAll(async () => {
  sandbox = await startSandbox({ sample: true, storage: 'none' });
  dir = temporaryDirectory();
});

afterAll(() => sandbox.stop());

const pem = (): string => readFileSync(sandbox.caFile, 'utf8');
const key = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function file(name: string, content: string | Buffer): string {
  const written = path.join(dir, name);
  writeFileSync(written, content);
  return written;
}

/** Writes a kubeconfig of the sandbox with other fields. */
function kubeconfig(cluster: object, user: object = { token: sandbox.tokens.admin }): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: sandbox.apiUrl, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'production', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'production',
  };
  return file('kubeconfig', JSON.stringify(config));
}

/** Expects one error, not called a bug, before anything is sent. */
async function expectRefused(run: Promise<Outcome>, ...words: string[]): Promise<void> {
  const from = sandbox.requests.length;
  const { status, stdout, stderr } = await run;
  for (const word of words) expect(stderr).toContain(word);
  expect(stderr).toMatch(/^error: /m);
  expect(stderr).not.toMatch(/bug in regadm|^\s+at /m);
  expect({ status, stdout, requests: sandbox.requests.slice(from) }).toEqual({ status: 1, stdout: '', requests: [] });
}

/** Contents that cannot be a certificate authority, and what the error says. */
const NO_AUTHORITY: [string, () => string | Buffer, string][] = [
  ['text', () => 'hello', 'contains no certificate in PEM format'],
  ['nothing', () => '', 'contains no certificate in PEM format: it is empty'],
  ['a key', key, 'contains no certificate in PEM format: it has a private key'],
  ['DER', () => Buffer.from(pem().replace(/-----.*-----|\s/g, ''), 'base64'), 'it is in DER format'],
  ['half a certificate', () => pem().slice(0, 200), 'contains no certificate in PEM format: its end is missing'],
  ['a damaged one', () => pem().replace(/\n(....)/, '\n####'), 'contains a certificate that cannot be parsed'],
  ['a damaged second one', () => pem() + pem().replace(/\n(....)/, '\n####'), 'cannot be parsed (number 2 of 2)'],
  ['half a second one', () => pem() + pem().slice(0, 200), '(number 2 of 2): its end is missing'],
  ['half a first one', () => `${pem().slice(0, 200)}\n${pem()}`, '(number 1 of 2): its end is missing'],
];

describe.each(NO_AUTHORITY)(
  'a certificate authority that is %s is refused before anything is sent',
  (_what, content, words) => {
    test.each([['prune images'], ['prune hard --verify --confirm'], ['doctor'], ['registry verify']])(
      '%s --certificate-authority',
      async (command) => {
        const ca = file('ca.pem', content());
        const run = regadm([...command.split(' '), '--certificate-authority', ca], {
          kubeconfig: sandbox.kubeconfig.admin,
        });
        await expectRefused(run, `--certificate-authority: ${ca} `, words);
      },
    );

    test('in a kubeconfig, as a file and as data', async () => {
      const ca = file('ca.pem', content());
      const start = 'the certificate authority of the kubeconfig cannot be used: ';
      await expectRefused(
        regadm(['registry', 'readonly'], { kubeconfig: kubeconfig({ 'certificate-authority': ca }) }),
        `${start}${ca} `,
        words,
      );
      const data = Buffer.from(content()).toString('base64');
      if (data === '') return;
      await expectRefused(
        regadm(['registry', 'readonly'], { kubeconfig: kubeconfig({ 'certificate-authority-data': data }) }),
        `${start}certificate-authority-data `,
        words,
      );
    });
  },
);

test('certificates with a key between them are accepted', async () => {
  const ca = file('ca.pem', `${key()}${pem()}${key()}${pem()}`);
  const { status } = await regadm([
    'registry',
    'readonly',
    '--kubeconfig',
    kubeconfig({ 'certificate-authority': ca }),
  ]);
  expect(status).toBe(0);
});

test.each([
  ['no certificate', { 'client-certificate-data': base64('x') }, 'client-certificate-data contains no certificate'],
  ['no key', { 'client-key-data': base64('x') }, 'client-key-data contains no private key'],
  ['another key', {}, 'client-key-data is not the key of the certificate in client-certificate-data'],
  ['no file', { 'client-key-data': undefined, 'client-key': '/none/key' }, 'cannot read /none/key'],
])('a client certificate with %s is refused before anything is sent', async (_what, fields, words) => {
  const data = { 'client-certificate-data': base64(pem()), 'client-key-data': base64(key()) };
  const config = kubeconfig({ 'certificate-authority': sandbox.caFile }, { ...data, ...fields });
  await expectRefused(regadm(['registry', 'readonly'], { kubeconfig: config }), words);
});

test.each([
  ['ftp://me:secret@127.0.0.1', 'unsupported scheme: ftp'],
  ['https://host:99999', 'not an address'],
  ['http:/host', 'not an address'],
  ['https://host?x=1', 'an address has no query'],
])('-s %s is refused', async (server, words) => {
  const run = regadm(['registry', 'readonly', '-s', server], { kubeconfig: sandbox.kubeconfig.admin });
  await expectRefused(run, 'for "--server" flag', words);
  expect((await run).stderr).not.toContain('secret');
});

test('the scheme of the server can be in upper case', async () => {
  const server = sandbox.apiUrl.replace('https', 'HTTPS');
  const run = await regadm(['registry', 'readonly', '-s', server], { kubeconfig: sandbox.kubeconfig.admin });
  expect(run).toMatchObject({ status: 0 });
});

test('plain HTTP to a TLS port, and the server of a kubeconfig without a scheme', async () => {
  const plain = await regadm(['registry', 'readonly', '-s', sandbox.apiUrl.replace('https', 'http')], {
    kubeconfig: sandbox.kubeconfig.admin,
  });
  expect(plain).toMatchObject({ status: 1, stderr: expect.stringContaining('the server expects HTTPS') as string });
  const config = kubeconfig({ server: 'localhost:6443' });
  await expectRefused(regadm(['registry', 'readonly'], { kubeconfig: config }), 'the server "localhost:6443"');
});

test('an API server as the registry is recognized', async () => {
  const run = await regadm(
    ['prune', 'images', '--confirm', '--registry-url', sandbox.apiUrl, '--certificate-authority', sandbox.caFile],
    { kubeconfig: sandbox.kubeconfig.admin },
  );
  expect(run.stderr).toContain('this is the API server of a cluster, not a registry');
  expect(run.stderr).toContain('pass --registry-url with the address of the integrated registry');
});

describe('errors about the kubeconfig name its file', () => {
  test.each([
    ['text', 'hello'],
    ['JSON of another kind', '{"apiVersion": "v1", "kind": "Secret", "data": {}}'],
    ['a key', key()],
    ['damaged YAML', 'clusters:\n  - name: a\n cluster: [\n'],
  ])('%s', async (_what, content) => {
    const config = file('not-one', content);
    await expectRefused(regadm(['registry', 'readonly'], { kubeconfig: config }), `${config} cannot be parsed: `);
    const env = { KUBECONFIG: `${sandbox.kubeconfig.admin}:${config}` };
    await expectRefused(regadm(['registry', 'readonly'], { env }), `${config} cannot be parsed: `);
  });

  test('without contexts, without a current one, or with another one', async () => {
    const without = (text: string): string =>
      file('other', readFileSync(kubeconfig({}), 'utf8').replace('"current-context":"production"', text));
    const run = (config: string): Promise<Outcome> => regadm(['registry', 'readonly'], { kubeconfig: config });
    await expectRefused(run(file('other', '')), 'names no cluster: it has no contexts', path.join(dir, 'other'));
    await expectRefused(run(without('"x": 1')), 'it has no current-context', path.join(dir, 'other'), 'production');
    await expectRefused(
      run(without('"current-context": "producton"')),
      'no context named "producton"',
      path.join(dir, 'other'),
      'did you mean production?',
    );
  });
});

test('each level of -v shows more, without the token, and levels above 8 are accepted', async () => {
  const shown = async (...level: string[]): Promise<number> => {
    const line = ['prune', 'images', '--confirm', '--max-delete=0', ...level];
    const { stderr } = await regadm(line, { kubeconfig: sandbox.kubeconfig.admin });
    expect(stderr).not.toContain(sandbox.tokens.admin);
    expect(stderr).not.toContain('invalid argument');
    return [/^GET /m, /^ {2}> Authorization: \(hidden\)$/m, /^ {2}< content-type: /m].filter((pattern) =>
      pattern.test(stderr),
    ).length;
  };
  const levels = [['-v4'], ['-v=6'], ['-v', '7'], ['--loglevel=8'], ['--loglevel', '10'], ['-v', '99']];
  expect(await Promise.all(levels.map((level) => shown(...level)))).toEqual([0, 1, 2, 3, 3, 3]);
});
