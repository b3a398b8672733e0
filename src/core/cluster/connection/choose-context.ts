import type { KubeConfig } from '@kubernetes/client-node';
import { didYouMean, suggest } from '../../kit/suggest.js';
import { RegadmError } from '../../model/errors.js';
import { KUBECONFIG_ADVICE } from '../../model/kubeconfig-advice.js';
import { shownName, type Named } from './kubeconfig-source.js';

/** What users choose in a kubeconfig. */
interface Choice {
  context?: string;
  cluster?: string;
  user?: string;
  server?: string;
  token?: string;
}

/** A kubeconfig and its files, for errors. */
interface Found {
  config: KubeConfig;
  files: readonly string[];
}

/**
 * Reduces a kubeconfig to the chosen context, cluster and user.
 * @throws RegadmError KUBECONFIG_INVALID that names what is missing, what there is, and the file
 */
export function chooseContext({ config, files }: Found, options: Choice): void {
  const where = files.length > 0 ? ` (${files.join(', ')})` : '';
  const wanted = options.context ?? config.currentContext;
  const context = wanted ? config.getContextObject(wanted) : null;
  if (options.context && !context) throw notFound('context', options.context, { entries: config.contexts, where });
  if (wanted && !context && !options.server && !options.cluster)
    throw notFound('context', wanted, { entries: config.contexts, where, advice: [KUBECONFIG_ADVICE.context] });
  const cluster = options.cluster ?? context?.cluster;
  const user = options.user ?? context?.user;
  if (options.cluster && !config.getCluster(options.cluster))
    throw notFound('cluster', options.cluster, { entries: config.clusters, where });
  if (options.user && !config.getUser(options.user))
    throw notFound('user', options.user, { entries: config.users, where });
  const chosenCluster = cluster ? config.getCluster(cluster) : null;
  if (!chosenCluster && !options.server) {
    if (!cluster) throw noCluster(config, where);
    throw notFound('cluster', cluster, { entries: config.clusters, where, advice: [KUBECONFIG_ADVICE.context] });
  }
  const chosenUser = user ? config.getUser(user) : null;
  if (user && !chosenUser && !options.token)
    throw notFound('user', user, { entries: config.users, where: '', advice: [KUBECONFIG_ADVICE.contextUser(where)] });
  const place = { cluster: 'cluster', user: 'user', namespace: context?.namespace };
  config.loadFromOptions({
    clusters: [{ ...(chosenCluster ?? { server: '', skipTLSVerify: false }), ...named('cluster', chosenCluster) }],
    users: [{ ...chosenUser, ...named('user', chosenUser) }],
    contexts: [{ ...place, ...named('context', context) }],
    currentContext: 'context',
  });
}

/** Names an entry for client-node, and keeps its name for users. */
function named(name: string, entry: Named | null): Named {
  return { name, shownName: shownName(entry) ?? null };
}

interface Missing {
  /** What the kubeconfig has instead. */
  entries: { name: string }[] | undefined;
  /** The files, in parentheses. */
  where: string;
  advice?: string[];
}

function notFound(kind: string, name: string, { entries, where, advice = [] }: Missing): RegadmError {
  const names = (entries ?? []).map((entry) => entry.name);
  return new RegadmError(`the kubeconfig has no ${kind} named "${name}"${where}`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: [
      ...(name.length > 2 ? didYouMean(suggest(name, names)) : []),
      names.length > 0 ? `it has: ${names.join(', ')}` : `it has no ${kind}s`,
      ...advice,
    ],
  });
}

/** Creates the error for a kubeconfig whose current context is not set. */
function noCluster({ contexts }: KubeConfig, where: string): RegadmError {
  const names = (contexts ?? []).map((entry) => entry.name);
  const why = names.length > 0 ? ': it has no current-context' : ': it has no contexts';
  return new RegadmError(`the kubeconfig names no cluster${why}${where}`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: [...(names.length > 0 ? [`it has: ${names.join(', ')}`] : []), KUBECONFIG_ADVICE.context],
  });
}
