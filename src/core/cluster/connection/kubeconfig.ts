import type { KubeConfig } from '@kubernetes/client-node';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { chooseContext } from './choose-context.js';
import { emptyConfig, filesIn, findConfig } from './kubeconfig-files.js';
import type { Credential } from './kubeconfig-source.js';

const GIVEN_TOKEN: Credential = { hasGivenToken: true };

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
  /** True: nobody is there to log in, so credentials that can need a terminal or a browser are an error. */
  unattended?: boolean;
}

/**
 * Loads the configuration that kubectl would use: the given file, else the files of KUBECONFIG (the first one that
 * names an entry wins), else ~/.kube/config, else the pod's service account. Then applies the options that override
 * parts of it.
 * @param root prefix for the path of the service account's files
 * @throws RegadmError KUBECONFIG_MISSING, KUBECONFIG_INVALID
 */
export function loadKubeconfig(options: ClusterOptions, env: NodeJS.ProcessEnv = process.env, root = ''): KubeConfig {
  const found = readConfig(options, env, root);
  chooseContext(found, options);
  override(found.config, options);
  return found.config;
}

/**
 * Tells whether options, a kubeconfig or the pod select a cluster. A kubeconfig without a current context does not.
 * @throws RegadmError KUBECONFIG_MISSING, KUBECONFIG_INVALID if a kubeconfig that exists cannot be read
 */
export function isClusterConfigured(options: ClusterOptions, env: NodeJS.ProcessEnv = process.env, root = ''): boolean {
  const { kubeconfig, context, cluster, server } = options;
  if ([kubeconfig, context, cluster, server].some((choice) => choice !== undefined)) return true;
  return Boolean(findConfig(options, env, root)?.config.currentContext);
}

/** Returns the names that flags can select. @throws RegadmError KUBECONFIG_MISSING, KUBECONFIG_INVALID */
export function namesInKubeconfig(
  options: Pick<ClusterOptions, 'kubeconfig'>,
  env: NodeJS.ProcessEnv = process.env,
): Record<'contexts' | 'clusters' | 'users', string[]> {
  const config = findConfig(options, env, '')?.config ?? emptyConfig();
  const names = (entries: { name: string }[]): string[] => entries.map(({ name }) => name);
  return { contexts: names(config.contexts), clusters: names(config.clusters), users: names(config.users) };
}

type Found = NonNullable<ReturnType<typeof findConfig>>;

function readConfig(options: ClusterOptions, env: NodeJS.ProcessEnv, root: string): Found {
  const found = findConfig(options, env, root);
  if (found) return found;
  if (options.server) return { config: emptyConfig(), files: [] };
  const listed = filesIn(env);
  throw new RegadmError(
    listed.length > 0
      ? `no kubeconfig: none of the files in KUBECONFIG exists (${listed.join(', ')})`
      : 'no kubeconfig found',
    { code: 'KUBECONFIG_MISSING', suggestions: [ADVICE.kubeconfig] },
  );
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
    ...(options.token ? GIVEN_TOKEN : {}),
    ...(options.impersonateUser ? { impersonateUser: options.impersonateUser } : {}),
  };
  config.loadFromOptions({
    clusters: [{ ...cluster, ...changes }],
    users: [{ ...user, ...identity }],
    contexts: config.contexts,
    currentContext: config.currentContext,
  });
}
