import { readFileSync } from 'node:fs';
import type { ClusterApi } from './api.js';
import { HttpClusterApi } from './client.js';
import { addAuthenticator } from './connection/authenticate.js';
import { Credentials } from './connection/credentials.js';
import { hideCredentials } from './connection/hide-credentials.js';
import { impersonationHeaders } from './connection/impersonation.js';
import { loadKubeconfig, type ClusterOptions } from './connection/kubeconfig.js';
import type { Timers } from '../kit/timers.js';
import { proxyFor } from '../kit/proxy.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError, messageOf } from '../model/errors.js';

/** Where a kubeconfig names a proxy. */
const PROXY_FIELD = "proxy-url of the kubeconfig's cluster";

/**
 * Opens the cluster that the options and the environment select. Sends no request yet.
 * @param limits for tests
 * @throws RegadmError
 */
export async function openCluster(
  options: ClusterOptions,
  log: (level: number, line: string) => void = () => {},
  timers?: Timers,
): Promise<ClusterApi> {
  const config = loadKubeconfig(options);
  const cluster = config.getCurrentCluster()!;
  hideCredentials(cluster, config.getCurrentUser());
  if (!URL.canParse(cluster.server)) throw invalidServer(cluster.server);
  if (cluster.caFile) readAuthority(cluster.caFile);
  if (cluster.proxyUrl && !isProxy(cluster.proxyUrl)) throw invalidProxy();
  config.loadFromOptions({
    clusters: [
      {
        ...cluster,
        proxyUrl: cluster.proxyUrl ?? proxyFor(cluster.server),
        // client-node rejects http:// servers unless verification is off; plain HTTP has nothing to verify.
        skipTLSVerify: cluster.skipTLSVerify || cluster.server.startsWith('http://'),
      },
    ],
    users: config.users,
    contexts: config.contexts,
    currentContext: config.currentContext,
  });
  await addAuthenticator(config, cluster, Boolean(options.token));
  const impersonation = await impersonationHeaders(config.getCurrentUser(), options.impersonateGroups);
  return new HttpClusterApi(config, new Credentials(config, impersonation), {
    timeoutMs: options.requestTimeoutMs ?? 0,
    insecure: cluster.skipTLSVerify === true,
    ...(cluster.proxyUrl ? { proxy: { url: cluster.proxyUrl, variable: PROXY_FIELD } } : {}),
    log,
    timers,
  });
}

function invalidServer(server: string): RegadmError {
  return new RegadmError(`the server "${server}" of the kubeconfig is not an address`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: [ADVICE.serverAddress],
  });
}

/** True for the address of a proxy that client-node can use. */
function isProxy(text: string): boolean {
  return (
    URL.canParse(text) &&
    /^(?:https?|socks(?:4a?|5h?)?):$/.test(new URL(text).protocol) &&
    new URL(text).hostname !== ''
  );
}

/** Creates the error for the proxy of a kubeconfig. It leaves the text out, which can contain a password. */
function invalidProxy(): RegadmError {
  return new RegadmError(
    `the ${PROXY_FIELD} cannot be used: it is not a URL of the form http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT`,
    { code: 'KUBECONFIG_INVALID', suggestions: ['correct proxy-url in the kubeconfig, or delete it'] },
  );
}

/**
 * Reads the certificate authority's file that a kubeconfig names.
 * @throws RegadmError KUBECONFIG_INVALID when it cannot be read
 */
function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new RegadmError(`cannot read the certificate authority of the kubeconfig: ${messageOf(cause)}`, {
      code: 'KUBECONFIG_INVALID',
      cause,
    });
  }
}
