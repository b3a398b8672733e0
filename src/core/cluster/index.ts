import { readFileSync } from 'node:fs';
import type { ClusterApi } from './api.js';
import { requestTimeout } from '../model/duration.js';
import { HttpClusterApi } from './client.js';
import { Credentials } from './credentials.js';
import { loadKubeconfig, type ClusterOptions } from './kubeconfig.js';
import { proxyFor } from '../kit/proxy.js';
import { RegadmError, messageOf, usageError } from '../model/errors.js';

export type { ClusterOptions } from './kubeconfig.js';

/** Opens the cluster that the flags and the environment mean. No request is sent yet. @throws RegadmError */
export async function openCluster(
  options: ClusterOptions,
  log: (level: number, line: string) => void = () => {},
): Promise<ClusterApi> {
  const timeoutMs = requestTimeout(options['request-timeout'] ?? '0');
  const config = loadKubeconfig(options);
  const cluster = config.getCurrentCluster()!;
  if (!URL.canParse(cluster.server)) throw invalidServer(options.server, cluster.server);
  if (cluster.caFile) readAuthority(cluster.caFile);
  config.loadFromOptions({
    clusters: [
      {
        ...cluster,
        proxyUrl: cluster.proxyUrl ?? proxyFor(cluster.server),
        // client-node refuses http:// servers unless verification is off; there is none to do on them.
        skipTLSVerify: cluster.skipTLSVerify || cluster.server.startsWith('http://'),
      },
    ],
    users: config.users,
    contexts: config.contexts,
    currentContext: config.currentContext,
  });
  return new HttpClusterApi(config, new Credentials(config, options['as-group']), {
    timeoutMs,
    insecure: cluster.skipTLSVerify === true,
    log,
  });
}

function invalidServer(flag: string | undefined, server: string): RegadmError {
  if (flag !== undefined)
    return usageError(`invalid argument "${flag}" for "--server" flag: not an address`, [
      'write it as https://api.example.com:6443',
    ]);
  return new RegadmError(`the server "${server}" of the kubeconfig is not an address`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: ['write it as https://api.example.com:6443, or pass --server'],
  });
}

/** @throws RegadmError KUBECONFIG_INVALID when the authority's file that a kubeconfig names cannot be read */
export function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new RegadmError(`cannot read the certificate authority of the kubeconfig: ${messageOf(cause)}`, {
      code: 'KUBECONFIG_INVALID',
      cause,
    });
  }
}
