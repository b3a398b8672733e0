import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registryAddressFlag, registryOptions } from '../../src/flags/registry-options.js';
import { makeAuthority } from '../support/servers/certificates.js';

const caught = (work: () => unknown): { message: string; suggestions: string[] } => {
  try {
    work();
  } catch (error) {
    return error as { message: string; suggestions: string[] };
  }
  throw new Error('accepted');
};

describe('--registry-url', () => {
  test('accepts an address', () => {
    expect(registryAddressFlag('https://registry.example.org:5000')).toEqual({
      scheme: 'https',
      host: 'registry.example.org',
      port: 5000,
    });
  });

  test('is named in errors', () => {
    expect(caught(() => registryAddressFlag('registry.example.org/path'))).toMatchObject({
      code: 'USAGE',
      exitCode: 1,
      message: 'invalid --registry-url flag: no path after <host>[:<port>] is allowed',
      suggestions: [expect.stringContaining('registry.example.org:5000')],
    });
  });

  test.each(['https://me:secret@host', 'me:secret@host/path', 'ftp://me:secret@host', 'https://me:secret@host?x'])(
    'never repeats the password of %s',
    (text) => {
      const { message, suggestions } = caught(() => registryAddressFlag(text));
      expect(JSON.stringify([message, suggestions])).not.toContain('secret');
    },
  );
});

describe('--certificate-authority', () => {
  let directory: string;
  let certificate: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'regadm-test-'));
    certificate = (await makeAuthority()).cert;
    await writeFile(join(directory, 'ca.pem'), `a comment\n${certificate}${certificate}`);
    await mkdir(join(directory, 'directory'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('is parsed into its certificates', async () => {
    const options = await registryOptions({ 'certificate-authority': join(directory, 'ca.pem') });
    expect(options).toEqual({
      registryUrl: undefined,
      forceInsecure: false,
      authorities: [certificate.trim(), certificate.trim()],
    });
  });

  test.each([
    ['does not exist', 'nowhere.pem', undefined, /cannot read .*nowhere\.pem: no such file/],
    ['is a directory', 'directory', undefined, /cannot read .*directory: it is a directory/],
    ['is not PEM', 'text.pem', 'hello', /text\.pem contains no certificate in PEM format/],
    ['is empty', 'empty.pem', '', /empty\.pem contains no certificate/],
    [
      'contains a broken certificate',
      'broken.pem',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      /broken\.pem contains a certificate that cannot be parsed/,
    ],
  ])('a file that %s is refused', async (_name, file, content, words) => {
    if (content !== undefined) await writeFile(join(directory, file), content);
    const conversion = registryOptions({ 'certificate-authority': join(directory, file) });
    await expect(conversion).rejects.toMatchObject({
      code: 'USAGE',
      exitCode: 1,
      message: expect.stringMatching(new RegExp(`^--certificate-authority: .*${words.source}`)),
    });
  });

  test('cannot be combined with --force-insecure, nor with http', async () => {
    const authority = { 'certificate-authority': join(directory, 'ca.pem') };
    await expect(registryOptions({ ...authority, 'force-insecure': true })).rejects.toMatchObject({
      message: '--certificate-authority cannot be specified with --force-insecure',
      exitCode: 1,
    });
    await expect(
      registryOptions({ ...authority, 'registry-url': 'http://registry.example.org' }),
    ).rejects.toMatchObject({
      // As `oc` spells it (recorded case); the suggestion has the flag's right name.
      message: '--cerificate-authority cannot be specified for insecure http protocol',
      suggestions: [expect.stringContaining('--certificate-authority')],
    });
    await registryOptions({ ...authority, 'registry-url': 'registry.example.org' });
    await registryOptions({ 'force-insecure': true, 'registry-url': 'http://registry.example.org' });
    await registryOptions({});
  });
});
