import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import type { Check } from '../model/check.js';
import { isRepositoryName } from '../model/names/repository-name.js';
import { openClusterRegistry, type RegistryAccess } from '../operator/open-registry.js';
import { namesInObjects, readSample } from '../operator/registry-names.js';
import { toClusterChecks } from '../prune/connect.js';
import { runPreflight } from '../prune/preflight/index.js';
import type { Registry } from '../registry/api.js';
import { about } from './check.js';

interface Context {
  reporter: Reporter;
  signal: AbortSignal;
}

/** Runs the registry checks of a dry run of `regadm prune images`. Changes nothing. */
export async function checkRegistry(api: ClusterApi, access: RegistryAccess, context: Context): Promise<Check[]> {
  const sample = await readSample(api);
  const registry = await open(() => openClusterRegistry(api, access, context, namesInObjects(sample)));
  try {
    const cluster = toClusterChecks(api);
    const checks = await runPreflight({
      cluster,
      registry,
      repositories: sample.streams
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
        .filter(isRepositoryName)
        .slice(0, 1),
      probeDeletion: false,
      pruneRegistry: true,
      hasToken: await cluster.hasToken(),
      signal: context.signal,
    });
    // Omits checks of mode and deletion: checkOperator reads them, and only a deletion could show more.
    return [
      ...checks.filter(({ name }) => name !== 'mode' && name !== 'deletion'),
      ...(await login(registry, context.signal)),
    ];
  } finally {
    if (!(registry instanceof Error)) await registry.close();
  }
}

/** Returns the error of opening the registry instead of throwing it, because a check reports it. */
async function open(openIt: () => Promise<Registry>): Promise<Registry | Error> {
  try {
    return await openIt();
  } catch (error) {
    return error as Error;
  }
}

/**
 * Checks the login. A failure is only a warning: the registry answers 401 to a wrong token and to a user without the
 * permission to pull, which pruning does not need.
 */
async function login(registry: Registry | Error, signal: AbortSignal): Promise<Check[]> {
  if (registry instanceof Error) return [];
  try {
    await registry.checkLogin({ signal });
    return [about('login')('ok', 'the registry accepts the login')];
  } catch (error) {
    return [
      about('login')(
        'warning',
        (error as Error).message,
        'the registry can refuse deletions as well: check the token (oc whoami -t)',
      ),
    ];
  }
}
