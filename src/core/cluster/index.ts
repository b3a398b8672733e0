import type { ClusterApi } from './api.js';
import { HttpClusterApi } from './client.js';
import { addAuthenticator } from './connection/add-authenticator.js';
import { assertCertificatePair } from './connection/certificate-pair.js';
import { authorityOf } from './connection/certificate-authority.js';
import { Credentials } from './connection/credentials.js';
import { hideCredentials } from './connection/hide-credentials.js';
import { impersonationHeaders } from './connection/impersonation.js';
import { loadKubeconfig, type ClusterOptions } from './connection/kubeconfig.js';
import { apiProxy, dialedUrl } from './connection/proxy.js';
import { serverProblem } from './connection/server-address.js';
import { tokenProblem } from './connection/token-problem.js';
import { assertUnattended } from './connection/unattended.js';
import type { Timers } from '../kit/timers.js';
import { Traffic } from '../kit/traffic.js';
import type { Waits } from '../kit/waits.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';
import { KUBECONFIG_ADVICE } from '../model/kubeconfig-advice.js';

export { isClusterConfigured } from './connection/kubeconfig.js';

interface Context {
  /** Gets the responses that the run waits for. */
  waits?: Waits;
  /** For tests. */
  timers?: Timers;
}

/** Opens the cluster that the options and the environment select. Sends no request yet. @throws RegadmError */
export async function openCluster(
  options: ClusterOptions,
  log: (level: number, line: string) => void = () => {},
  { waits, timers }: Context = {},
): Promise<ClusterApi> {
  const config = loadKubeconfig(options);
  const cluster = config.getCurrentCluster()!;
  hideCredentials(cluster, config.getCurrentUser());
  if (options.unattended && !options.token) assertUnattended(config.getCurrentUser());
  if (options.token) assertToken(options.token);
  else await assertCertificatePair(config.getCurrentUser());
  assertServer(cluster.server);
  const proxy = apiProxy(cluster);
  config.loadFromOptions({
    clusters: [
      {
        ...cluster,
        ...authorityOf(cluster),
        proxyUrl: proxy && dialedUrl(proxy),
        // client-node rejects http:// servers unless verification is off; plain HTTP has nothing to verify.
        skipTLSVerify: cluster.skipTLSVerify || cluster.server.startsWith('http://'),
      },
    ],
    users: config.users,
    contexts: config.contexts,
    currentContext: config.currentContext,
  });
  const keeper = await addAuthenticator(config, cluster, Boolean(options.token));
  const impersonation = await impersonationHeaders(config.getCurrentUser(), options.impersonateGroups);
  const settings = {
    timeoutMs: options.requestTimeoutMs ?? 0,
    insecure: cluster.skipTLSVerify === true,
    ...{ proxy, log, timers },
  };
  return new HttpClusterApi(config, new Credentials(config, { impersonation, keeper }), settings, new Traffic(waits));
}

/** @throws RegadmError CREDENTIALS if the token that the user passes cannot be sent */
function assertToken(token: string): void {
  const problem = tokenProblem(token);
  if (!problem) return;
  throw new RegadmError(`the given token cannot be used: ${problem}`, {
    code: 'CREDENTIALS',
    suggestions: [ADVICE.givenToken],
  });
}

/** @throws RegadmError KUBECONFIG_INVALID */
function assertServer(server: string): void {
  const problem = serverProblem(server);
  if (problem === undefined) return;
  throw new RegadmError(
    `the server "${server}" of the kubeconfig is not an address${problem === 'not an address' ? '' : `: ${problem}`}`,
    { code: 'KUBECONFIG_INVALID', suggestions: [KUBECONFIG_ADVICE.serverAddress] },
  );
}
