import { forEachParallel } from '../../kit/parallel.js';
import { CONTENT_ADVICE } from '../../model/content-advice.js';
import { RegadmError } from '../../model/errors.js';
import { isRepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import { isUnauthorized } from '../../registry/error.js';
import type { Listed } from '../plan/listed.js';
import { counted } from '../../model/values/counted.js';

/** Maximum number of projects that the message names. */
const MAX_NAMED = 5;

interface Context {
  workers: number;
  signal: AbortSignal;
}

/**
 * Checks that the user can pull from every project, by asking the registry for one image of each.
 * @throws RegadmError REGISTRY_UNAUTHORIZED that names the projects and the roles to grant
 */
export async function assertCanPull(
  registry: Pick<Registry, 'checkLogin' | 'findManifest'>,
  { snapshot, repositories }: Listed,
  { workers, signal }: Context,
): Promise<void> {
  const samples = new Map<string, { repository: string; image: number }>();
  for (const { name, pushed, tagged } of repositories.values()) {
    const [namespace = ''] = name.split('/');
    const [image] = [...pushed, ...tagged];
    if (image !== undefined && !samples.has(namespace)) samples.set(namespace, { repository: name, image });
  }
  if (samples.size === 0) return;
  // Therefore, the token is valid: what is denied below is a missing role.
  await registry.checkLogin({ signal });
  const denied: string[] = [];
  await forEachParallel(samples, { concurrency: workers }, async ([namespace, { repository, image }]) => {
    signal.throwIfAborted();
    if (!isRepositoryName(repository)) return;
    try {
      await registry.findManifest(repository, snapshot.digests.digest(image), { signal });
    } catch (error) {
      signal.throwIfAborted();
      // Other failures concern one image, or are reported when everything is asked.
      if (isUnauthorized(error)) denied.push(namespace);
    }
  });
  if (denied.length > 0) throw notAllowed(denied.sort(), samples.size);
}

function notAllowed(denied: readonly string[], total: number): RegadmError {
  const named = denied.slice(0, MAX_NAMED);
  const rest = denied.length > MAX_NAMED ? ` and ${denied.length - MAX_NAMED} more` : '';
  const which = denied.length === total ? '' : ` ${denied.length} of`;
  return new RegadmError(
    `the registry does not let the user pull from${which} ${counted(total, 'project')}: ${named.join(', ')}${rest}`,
    {
      code: 'REGISTRY_UNAUTHORIZED',
      suggestions: [...named.map(CONTENT_ADVICE.grantPull), ...(total > 1 ? [CONTENT_ADVICE.grantPullEverywhere] : [])],
    },
  );
}
