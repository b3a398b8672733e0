import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isRecord, listOf } from '../../model/values/json.js';
import type { KeepingAuthenticator } from './authenticator.js';
import { ExecPlugin, type PluginConfig } from './exec-plugin.js';
import { invalidField, sourceFields, type Sourced } from './kubeconfig-source.js';
import { TokenFile } from './token-file.js';

/** Name of the extension of a cluster whose content an exec plugin gets. */
const PLUGIN_EXTENSION = 'client.authentication.k8s.io/exec';

/**
 * Makes a kubeconfig take the token from a file, or from an exec plugin, as client-go does: client-node ignores
 * `tokenFile`, `provideClusterInfo` and `installHint`. A token file takes precedence over a token, and a token over a
 * plugin.
 * @param cluster the cluster as the kubeconfig has it
 * @param hasGivenToken true if the user passed a token, which takes precedence over everything
 * @returns the authenticator, if it keeps credentials
 * @throws RegadmError KUBECONFIG_INVALID if a field has another type
 */
export async function addAuthenticator(
  config: KubeConfig,
  cluster: Cluster & Sourced,
  hasGivenToken: boolean,
): Promise<KeepingAuthenticator | undefined> {
  const user = config.getCurrentUser() as (User & Sourced) | null;
  if (!user || hasGivenToken) return undefined;
  const file = await tokenFileOf(user);
  if (file !== undefined) {
    config.addAuthenticator(new TokenFile(file, user.token || undefined));
    Object.assign(user, { token: undefined, exec: undefined, authProvider: undefined });
  } else if (user.exec) {
    const plugin = user.exec as PluginConfig;
    const info = plugin.provideClusterInfo === true ? await clusterInfo(cluster) : undefined;
    Object.assign(user, { exec: undefined });
    if (user.token) return undefined;
    const authenticator = new ExecPlugin(plugin, info);
    config.addAuthenticator(authenticator);
    return authenticator;
  }
  return undefined;
}

/** Returns the path of the user's token file. In a pod, client-node names the service account's as a provider. */
async function tokenFileOf(user: User & Sourced): Promise<string | undefined> {
  const { tokenFile } = await sourceFields(user, 'user');
  if (tokenFile !== undefined && tokenFile !== null && typeof tokenFile !== 'string')
    throw invalidField('tokenFile', 'user');
  if (tokenFile) return path.resolve(user.source!.dir, tokenFile);
  const provider = user.authProvider as { name?: string; config?: { tokenFile?: string } } | undefined;
  return provider?.name === 'tokenFile' ? provider.config?.tokenFile : undefined;
}

/**
 * Returns the cluster in the form of KUBERNETES_EXEC_INFO.
 * @see https://pkg.go.dev/k8s.io/client-go/pkg/apis/clientauthentication/v1#Cluster
 */
async function clusterInfo(cluster: Cluster & Sourced): Promise<object> {
  const { caData, caFile, tlsServerName, skipTLSVerify, proxyUrl } = cluster;
  const authority = caData ?? (caFile ? readFileSync(caFile).toString('base64') : undefined);
  const { extensions } = await sourceFields(cluster, 'cluster');
  const own = listOf(extensions).find((one) => isRecord(one) && one.name === PLUGIN_EXTENSION);
  return {
    server: cluster.server,
    ...(tlsServerName ? { 'tls-server-name': tlsServerName } : {}),
    ...(skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(authority ? { 'certificate-authority-data': authority } : {}),
    ...(proxyUrl ? { 'proxy-url': proxyUrl } : {}),
    ...(isRecord(own) && own.extension !== undefined ? { config: own.extension } : {}),
  };
}
