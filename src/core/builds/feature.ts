import { isForbidden } from '../cluster/api-error.js';
import { BUILDS, BUILD_CONFIGS } from '../cluster/resources.js';
import type { RunContext } from '../deletion/run-context.js';
import type { Failure } from '../model/document.js';
import { messageOf } from '../model/errors.js';
import type { ObjectPruneFeature } from '../object-prune/feature.js';
import { readLists } from '../object-prune/gather.js';
import { grantAdvice } from '../object-prune/permissions.js';
import { keyOf, reduceOwner, type OwnerRecord } from '../object-prune/plan/object.js';
import type { ObjectPruneOptions } from '../object-prune/plan/options.js';
import type { ObjectEvidence } from '../object-prune/plan/plan.js';
import type { ObjectPrunePorts } from '../object-prune/ports.js';
import { BUILD_FIELDS, reduceBuild, type Build } from './plan/build.js';
import { planBuilds, type BuildEvidence } from './plan/plan.js';

/** `regadm prune builds`: old builds that have ended. */
export const BUILD_PRUNE: ObjectPruneFeature = {
  document: 'BuildPrune',
  things: 'builds',
  nouns: { one: 'build', many: 'builds' },
  kinds: { Build: { resource: BUILDS, action: 'delete-build', reduce: reduceBuild } },
  owners: { BuildConfig: BUILD_CONFIGS },
  gather,
  plan: (evidence, options) => planBuilds(evidence as BuildEvidence, options),
};

async function gather(
  ports: ObjectPrunePorts,
  options: ObjectPruneOptions,
  context: RunContext,
): Promise<ObjectEvidence> {
  const { namespace } = options;
  const objects = [{ resource: BUILDS, reader: { fields: BUILD_FIELDS, reduce: reduceBuild } }];
  const read = await readLists(ports, { objects, owners: [BUILD_CONFIGS], namespace }, context);
  const { owners, unreadable } = await readConfigsElsewhere(ports, read.objects, options, context);
  return { ...read, owners: [...read.owners, ...owners], unreadable };
}

/**
 * Reads the BuildConfigs of other namespaces that builds name. With `--namespace`, they are not listed, and their
 * builds are not orphans. A BuildConfig that the user may not read counts as existing, and is a failure.
 * @throws ApiError
 */
async function readConfigsElsewhere(
  ports: ObjectPrunePorts,
  builds: readonly Build[],
  { namespace, orphans, rules }: ObjectPruneOptions,
  { reporter }: RunContext,
): Promise<Pick<ObjectEvidence, 'owners' | 'unreadable'>> {
  if (namespace === undefined || !orphans || rules === 'oc') return { owners: [] };
  const named = new Map<string, NonNullable<Build['config']>>();
  for (const { config } of builds) {
    if (config && config.namespace !== namespace && config.namespace !== '' && config.name !== '')
      named.set(keyOf(config), config);
  }
  const owners: OwnerRecord[] = [];
  const unreadable: Failure[] = [];
  for (const config of named.values()) {
    try {
      const object = await ports.find({ resource: BUILD_CONFIGS, ...config });
      if (object) owners.push(reduceOwner('BuildConfig', object));
    } catch (error) {
      if (!isForbidden(error)) throw error;
      const message = `${messageOf(error)}; its builds in namespace ${namespace} are kept`;
      const suggestions = [grantAdvice({ role: 'regadm-read-owners', verbs: ['get'], resources: [BUILD_CONFIGS] })];
      reporter.warning(message);
      unreadable.push({ target: `BuildConfig ${keyOf(config)}`, message, suggestions });
      owners.push({ kind: 'BuildConfig', ...config });
    }
  }
  return { owners, unreadable };
}
