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
export function writeKubeconfig(path: string, content: KubeconfigContent): string {
  writeFileSync(path, kubeconfigText(content), { mode: 0o600 });
  return path;
}

/** Returns the text of a kubeconfig for one user. */
export function kubeconfigText({ server, authority, user, token }: KubeconfigContent): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'sandbox', cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') } },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: `sandbox-${user}`, context: { cluster: 'sandbox', user, namespace: 'default' } }],
    'current-context': `sandbox-${user}`,
  });
}
