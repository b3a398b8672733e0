import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';

interface KubeconfigContent {
  /** URL of the API server. */
  server: string;
  /** Certificate of the authority, PEM. */
  authority: string;
  user: string;
  token: string;
}

/** Writes a kubeconfig for one user of the sandbox, readable by its owner only. @returns the path */
export function writeKubeconfig(path: string, { server, authority, user, token }: KubeconfigContent): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'sandbox', cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') } },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: `sandbox-${user}`, context: { cluster: 'sandbox', user, namespace: 'default' } }],
    'current-context': `sandbox-${user}`,
  };
  writeFileSync(path, stringify(config), { mode: 0o600 });
  return path;
}
