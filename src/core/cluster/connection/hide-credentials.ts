import type { Cluster, User } from '@kubernetes/client-node';
import { hideLogin, hideSecret, hideUserInfo } from '../../kit/secrets/known.js';

/** Names of variables, arguments and settings whose values are credentials. */
const SECRET_NAME = /token|secret|password|passwd|credential|private|key$/i;

interface ExecPlugin {
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
}

/** Keeps every credential of the chosen cluster and user out of all output, before anything is sent or run. */
export function hideCredentials(cluster: Cluster, user: User | null): void {
  hideUserInfo(cluster.server);
  hideUserInfo(cluster.proxyUrl);
  if (!user) return;
  hideSecret(user.token);
  hideSecret(user.keyData);
  if (user.password !== undefined) hideLogin(user.username ?? '', user.password);
  hidePlugin(user.exec as ExecPlugin | undefined);
  const settings = (user.authProvider as { config?: Record<string, unknown> } | undefined)?.config ?? {};
  for (const [name, value] of Object.entries(settings)) hideIfSecret(name, value);
}

function hidePlugin(plugin: ExecPlugin | undefined): void {
  for (const { name, value } of plugin?.env ?? []) hideIfSecret(name, value);
  const args = plugin?.args ?? [];
  args.forEach((arg, at) => {
    const [, name = '', value] = /^(--?[^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    hideIfSecret(name, value ?? args[at + 1]);
  });
}

function hideIfSecret(name: string, value: unknown): void {
  if (typeof value === 'string' && SECRET_NAME.test(name)) hideSecret(value);
}
