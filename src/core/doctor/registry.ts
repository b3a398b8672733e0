import type { ClusterApi, KubeObject } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import type { Check } from '../model/check.js';
import { isRepositoryName } from '../model/names/repository-name.js';
import { ApiError } from '../cluster/api-error.js';
import { firstObjects } from '../cluster/lists/first-objects.js';
import { IMAGES, IMAGE_STREAMS, type ListedResource } from '../cluster/resources.js';
import { openRegistryAt, type RegistryAccess } from '../operator/open-registry.js';
import { toClusterChecks } from '../prune/connect.js';
import { runPreflight } from '../prune/preflight/index.js';
import type { Registry } from '../registry/api.js';
import { discoverRegistryHost } from '../registry/discover.js';
import { about } from './check.js';

/** Number of images and of streams that are read to find the registry. */
const SAMPLE_SIZE = 500;

interface Context {
  reporter: Reporter;
  signal: AbortSignal;
}

/** Runs the registry checks of a dry run of `regadm prune images`. Changes nothing. */
export async function checkRegistry(api: ClusterApi, access: RegistryAccess, context: Context): Promise<Check[]> {
  const [images, streams] = await Promise.all([sample(api, IMAGES), sample(api, IMAGE_STREAMS)]);
  const host = (): string => access.registryUrl ?? discover(images, streams);
  const registry = await open(() => openRegistryAt(api, host(), access, context));
  try {
    const cluster = toClusterChecks(api);
    const checks = await runPreflight({
      cluster,
      registry,
      repositories: streams
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

/** Reads some objects; none if the user cannot list them, which is a failed check of its own. */
async function sample(api: ClusterApi, resource: ListedResource): Promise<KubeObject[]> {
  return firstObjects(api, resource, SAMPLE_SIZE).catch((error: unknown) => {
    if (error instanceof ApiError) return [];
    throw error;
  });
}

/** Returns the error of opening the registry instead of throwing it, because a check reports it. */
async function open(openIt: () => Promise<Registry>): Promise<Registry | Error> {
  try {
    return await openIt();
  } catch (error) {
    return error as Error;
  }
}

function discover(images: KubeObject[], streams: KubeObject[]): string {
  return discoverRegistryHost(
    images.map((image) => ({
      managed: image.metadata.annotations?.['openshift.io/image.managed'] === 'true',
      created: Date.parse(image.metadata.creationTimestamp ?? ''),
      reference: String((image as { dockerImageReference?: string }).dockerImageReference ?? ''),
    })),
    streams.map(({ status }) => ({
      repository: (status as { dockerImageRepository?: string } | undefined)?.dockerImageRepository,
    })),
  );
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
