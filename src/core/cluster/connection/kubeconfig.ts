import type { KubeConfig } from '@kubernetes/client-node';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { emptyConfig, filesIn, findConfig } from './kubeconfig-files.js';
import type { Named } from './kubeconfig-source.js';

/** Selects a cluster and a user. Everything that is absent comes from the kubeconfig. */
export interface ClusterOptions {
  /** Path of the kubeconfig. */
  kubeconfig?: string;
  /** Content of a kubeconfig, e.g. of a secret; takes precedence over a path. */
  kubeconfigText?: string;
  context?: string;
  cluster?: string;
  user?: string;
  /** URL of the API server. */
  server?: string;
  /** Bearer token. */
  token?: string;
  impersonateUser?: string;
  impersonateGroups?: string[];
  insecureSkipTlsVerify?: boolean;
  /** Timeout per request, in ms; 0 or absent: the built-in limits. */
  requestTimeoutMs?: number;
}

/**
 * Loads the configuration that kubectl would use: the given file, else the files of KUBECONFIG (the first one that
 * names an entry wins), else ~/.kube/config, else the pod's service account. Then applies the options that override
 * parts of it.
 * @param root prefix for the path of the service account's files
 * @throws RegadmError KUBECONFIG_MISSING, KUBECONFIG_INVALID
 */
export function loadKubeconfig(options: ClusterOptions, env: NodeJS.ProcessEnv = process.env, root = ''): KubeConfig {
  const config = readConfig(options, env, root);
  chooseContext(config, options);
  override(config, options);
  return config;
}

/**
 * Tells whether options, a kubeconfig or the pod select a cluster. A kubeconfig without a current context does not.
 * @throws RegadmError KUBECONFIG_MISSING, KUBECONFIG_INVALID if a kubeconfig that exists cannot be read
 */
export function isClusterConfigured(options: ClusterOptions, env: NodeJS.ProcessEnv = process.env, root = ''): boolean {
  const { kubeconfig, context, cluster, server } = options;
  if ([kubeconfig, context, cluster, server].some((choice) => choice !== undefined)) return true;
  return Boolean(findConfig(options, env, root)?.currentContext);
}

function readConfig(options: ClusterOptions, env: NodeJS.ProcessEnv, root: string): KubeConfig {
  const found = findConfig(options, env, root);
  if (found) return found;
  if (options.server) return emptyConfig();
  const listed = filesIn(env);
  throw new RegadmError(
    listed.length > 0
      ? `no kubeconfig: none of the files in KUBECONFIG exists (${listed.join(', ')})`
      : 'no kubeconfig found',
    { code: 'KUBECONFIG_MISSING', suggestions: [ADVICE.kubeconfig] },
  );
}

function chooseContext(config: KubeConfig, options: ClusterOptions): void {
  const wanted = options.context ?? config.currentContext;
  const context = wanted ? config.getContextObject(wanted) : null;
  if (options.context && !context) throw notFound('context', options.context, config.contexts);
  if (wanted && !context && !options.server && !options.cluster) throw notFound('context', wanted, config.contexts);
  const cluster = options.cluster ?? context?.cluster;
  const user = options.user ?? context?.user;
  if (options.cluster && !config.getCluster(options.cluster))
    throw notFound('cluster', options.cluster, config.clusters);
  if (options.user && !config.getUser(options.user)) throw notFound('user', options.user, config.users);
  const chosenCluster = cluster ? config.getCluster(cluster) : null;
  if (!chosenCluster && !options.server) {
    throw new RegadmError(
      cluster ? `the kubeconfig has no cluster named "${cluster}"` : 'the kubeconfig names no cluster',
      {
        code: 'KUBECONFIG_INVALID',
        suggestions: [ADVICE.context],
      },
    );
  }
  const chosenUser = user ? config.getUser(user) : null;
  if (user && !chosenUser && !options.token) throw notFound('user', user, config.users, ADVICE.contextUser);
  const named: Named = { nameInFile: chosenCluster?.name };
  config.loadFromOptions({
    clusters: [{ ...(chosenCluster ?? { server: '', skipTLSVerify: false }), name: 'cluster', ...named }],
    users: [{ ...chosenUser, name: 'user' }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user', namespace: context?.namespace }],
    currentContext: 'context',
  });
}

function notFound(
  kind: string,
  name: string,
  entries: { name: string }[] | undefined,
  ...advice: string[]
): RegadmError {
  const known = (entries ?? []).map((entry) => entry.name).join(', ');
  return new RegadmError(`the kubeconfig has no ${kind} named "${name}"`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: [known ? `it has: ${known}` : `it has no ${kind}s`, ...advice],
  });
}

function override(config: KubeConfig, options: ClusterOptions): void {
  const cluster = config.clusters[0]!;
  const user = config.users[0]!;
  const insecure = options.insecureSkipTlsVerify;
  const changes = {
    ...(options.server ? { server: options.server } : {}),
    ...(insecure === undefined ? {} : { skipTLSVerify: insecure }),
    ...(insecure ? { caData: undefined, caFile: undefined } : {}),
  };
  const identity = {
    ...(options.token
      ? { token: options.token, authProvider: undefined, exec: undefined, username: undefined, password: undefined }
      : {}),
    ...(options.impersonateUser ? { impersonateUser: options.impersonateUser } : {}),
  };
  config.loadFromOptions({
    clusters: [{ ...cluster, ...changes }],
    users: [{ ...user, ...identity }],
    contexts: config.contexts,
    currentContext: config.currentContext,
  });
}
