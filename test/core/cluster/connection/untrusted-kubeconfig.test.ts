import fc from 'fast-check';
import { inlineKubeconfig } from '../../../../src/core/cluster/connection/untrusted-kubeconfig.js';
import { RegadmError } from '../../../../src/core/model/errors.js';

const SOURCE = 'secret sno/sno-admin-kubeconfig';

function kubeconfig(cluster: object, user: object): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://api.sno.example', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

function problemOf(text: string): string {
  try {
    inlineKubeconfig(text, SOURCE);
  } catch (error) {
    expect(error).toBeInstanceOf(RegadmError);
    expect((error as RegadmError).code).toBe('KUBECONFIG_INVALID');
    return (error as RegadmError).message;
  }
  return 'accepted';
}

test('keeps the server, its authority and inline credentials', () => {
  const text = kubeconfig(
    { 'certificate-authority-data': 'Q0E=', 'tls-server-name': 'api' },
    { token: 't', 'client-certificate-data': 'Yw==', 'client-key-data': 'aw==' },
  );
  const { clusters, users } = JSON.parse(inlineKubeconfig(text, SOURCE)) as Record<string, object[]>;
  expect(clusters).toEqual([
    {
      name: 'cluster',
      cluster: {
        server: 'https://api.sno.example',
        'certificate-authority-data': 'Q0E=',
        'tls-server-name': 'api',
      },
    },
  ]);
  expect(users).toEqual([
    { name: 'user', user: { token: 't', 'client-certificate-data': 'Yw==', 'client-key-data': 'aw==' } },
  ]);
});

test.each<[string, object, object]>([
  ['exec', {}, { exec: { command: 'sh' } }],
  ['auth-provider', {}, { 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'sh' } } }],
  ['tokenFile', {}, { tokenFile: '/etc/passwd' }],
  ['token-file', {}, { 'token-file': '/etc/passwd' }],
  ['client-certificate', {}, { 'client-certificate': '/etc/passwd' }],
  ['client-key', {}, { 'client-key': '/etc/passwd' }],
  ['certificate-authority', { 'certificate-authority': '/etc/passwd' }, {}],
  ['proxy-url', { 'proxy-url': 'http://proxy.example' }, {}],
  ['insecure-skip-tls-verify', { 'insecure-skip-tls-verify': true }, {}],
  ['as', {}, { token: 't', as: 'admin' }],
  ['as-groups', {}, { token: 't', 'as-groups': ['admins'] }],
  ['username', {}, { username: 'u', password: 'p' }],
])('refuses %s, and names the field and the secret', (field, cluster, user) => {
  const message = problemOf(kubeconfig(cluster, user));
  expect(message).toContain(field);
  expect(message).toContain(SOURCE);
  expect(message).not.toContain('/etc/passwd');
});

test('drops everything else, such as extensions', () => {
  const text = kubeconfig(
    { extensions: [{ name: 'x' }], 'insecure-skip-tls-verify': false },
    { token: 't', extensions: [{ name: 'x' }] },
  );
  expect(inlineKubeconfig(text, SOURCE)).not.toMatch(/extensions|insecure/);
});

test('fails with an error for any text', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => problemOf(text) !== 'accepted'));
});

test('refuses aliases, which can expand without bound', () => {
  expect(problemOf('a: &a [x]\nb: [*a, *a]\n')).toContain('not a YAML mapping');
});
