import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import type { Check } from '../model/check.js';
import { messageOf, RegadmError } from '../model/errors.js';
import { isRepositoryName } from '../model/names/repository-name.js';
import { explainLoginRefusal } from '../operator/login-refusal.js';
import { openClusterRegistry, type RegistryAccess } from '../operator/open-registry.js';
import { namesInObjects, readSample } from '../operator/registry-names.js';
import { toClusterChecks } from '../prune/connect.js';
import type { ClusterChecks } from '../prune/ports.js';
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
      ...checks
        .filter(({ name }) => name !== 'mode' && name !== 'deletion')
        .map(({ code: _, ...check }): Check => check),
      ...(await login(registry, cluster, context.signal)),
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
 * Checks the login, for which the registry reads the user of the token. A failure is only a warning: the checks of a
 * confirmed run decide whether it can delete.
 */
async function login(registry: Registry | Error, cluster: ClusterChecks, signal: AbortSignal): Promise<Check[]> {
  if (registry instanceof Error) return [];
  const check = about('login');
  try {
    await registry.checkLogin({ signal });
    return [check('ok', 'the registry accepts the login')];
  } catch (error) {
    const cause = await explainLoginRefusal(error, (permission) => cluster.reviewAccess(permission, signal));
    return [check('warning', messageOf(cause), ...(cause instanceof RegadmError ? cause.suggestions : []))];
  }
}
