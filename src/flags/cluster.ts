import { Flags } from '@oclif/core';
import type { ClusterOptions } from '../core/cluster/connection/kubeconfig.js';
import { serverProblem } from '../core/cluster/connection/server-address.js';
import { hideSecret, hideUserInfo } from '../core/kit/secrets/known.js';
import { usageError } from '../core/model/errors.js';
import { requestTimeoutFlag } from './duration.js';

/** Selects the cluster and the user: names and meaning as in `oc` and `kubectl`. */
export const clusterFlags = {
  kubeconfig: Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'FILE',
    description:
      "kubeconfig to use (default: the files in KUBECONFIG, then ~/.kube/config, then the pod's service account)",
  }),
  context: Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'NAME',
    description: 'context of the kubeconfig to use (default: the current context)',
  }),
  cluster: Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'NAME',
    description: 'cluster of the kubeconfig to use (default: that of the context)',
  }),
  user: Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'NAME',
    description: 'user of the kubeconfig to use (default: that of the context)',
  }),
  server: Flags.string({
    char: 's',
    helpGroup: 'CLUSTER',
    helpValue: 'URL',
    description: 'address of the API server (default: that of the kubeconfig)',
  }),
  token: Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'TOKEN',
    description: 'bearer token for the API server and the registry (default: that of the kubeconfig)',
  }),
  as: Flags.string({ helpGroup: 'CLUSTER', helpValue: 'USER', description: 'user to impersonate' }),
  'as-group': Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'GROUP',
    multiple: true,
    multipleNonGreedy: true,
    description: 'group to impersonate; can be repeated',
  }),
  'insecure-skip-tls-verify': Flags.boolean({
    helpGroup: 'CLUSTER',
    allowNo: true,
    description: "skip the check of the API server's certificate",
  }),
  'request-timeout': Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'DURATION',
    default: '0',
    description: 'timeout per request (30s, 2m, or seconds); 0 for the built-in limits',
  }),
};

/** Values of the cluster flags; a command can omit some of them. */
export interface ClusterFlagValues {
  kubeconfig?: string;
  context?: string;
  cluster?: string;
  user?: string;
  server?: string;
  token?: string;
  as?: string;
  'as-group'?: string[];
  'insecure-skip-tls-verify'?: boolean;
  'request-timeout'?: string;
}

/** Converts the cluster flags. @throws RegadmError (USAGE) that names the flag */
export function clusterOptions(flags: ClusterFlagValues): ClusterOptions {
  const { kubeconfig, context, cluster, user, token } = flags;
  hideSecret(token);
  hideUserInfo(flags.server);
  return {
    kubeconfig,
    context,
    cluster,
    user,
    server: flags.server ? serverUrl(flags.server) : undefined,
    token,
    impersonateUser: flags.as,
    impersonateGroups: flags['as-group'],
    insecureSkipTlsVerify: flags['insecure-skip-tls-verify'],
    requestTimeoutMs: requestTimeoutFlag(flags['request-timeout'] ?? '0'),
  };
}

/** Converts `--server`, which can be a host name or a URL. */
function serverUrl(text: string): string {
  // What begins like a URL is meant as one: `https:/host` would otherwise name the host `https`.
  const url = /^https?[:/]|^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const problem = serverProblem(url);
  if (problem === undefined) return url;
  throw usageError(`invalid argument "${text}" for "--server" flag: ${problem}`, [
    'write it as https://api.example.com:6443',
  ]);
}
