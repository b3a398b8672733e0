import { keyOf, type OwnerRecord, type OwnerReference } from '../../object-prune/plan/object.js';
import type { ObjectPruneOptions } from '../../object-prune/plan/options.js';
import {
  Decisions,
  groupBy,
  indexOwners,
  type ObjectEvidence,
  type ObjectPrunePlan,
} from '../../object-prune/plan/plan.js';
import { ageReason, type KeepReason, type Outcome, type OwnerName } from '../../object-prune/plan/reason.js';
import type { Build } from './build.js';

/** What is read of the cluster before builds are pruned. */
export interface BuildEvidence extends ObjectEvidence {
  objects: readonly Build[];
}

/** How the phases of builds that have ended are counted. Builds in other phases are never deleted. */
const OUTCOMES = new Map<string | undefined, Outcome>([
  ['Complete', 'complete'],
  ['Failed', 'failed'],
  ['Error', 'failed'],
  ['Cancelled', 'failed'],
]);

/**
 * Decides on every build. Of every BuildConfig, the newest builds stay; builds younger than `--keep-younger-than` stay
 * and are not counted. With `--rules oc`, the decisions are those of `oc adm prune builds`.
 * @see https://github.com/openshift/oc/tree/master/pkg/cli/admin/prune/builds
 */
export function planBuilds({ objects, owners, now }: BuildEvidence, options: ObjectPruneOptions): ObjectPrunePlan {
  const configs = indexOwners(owners);
  const decisions = new Decisions();
  const counted: { build: Build; config: OwnerRecord }[] = [];
  for (const build of objects) {
    const obstacle = ageReason(build, now, options) ?? obstacleOf(build, options);
    const config = build.config && configs.get(keyOf(build.config));
    if (obstacle) decisions.keep(build, obstacle);
    else if (config) decideOwned(build, config, { options, decisions, counted });
    else decideOrphan(build, options, decisions);
  }
  for (const group of groupBy(counted, ({ config }) => keyOf(config)).values()) {
    const owner = group[0]!.config;
    for (const outcome of ['complete', 'failed'] as const) {
      const builds = group.map(({ build }) => build).filter(({ phase }) => OUTCOMES.get(phase) === outcome);
      decisions.retain(builds, {
        outcome,
        keep: outcome === 'complete' ? options.keepComplete : options.keepFailed,
        owner,
      });
    }
  }
  return decisions.toPlan(options);
}

/** Returns why a build is kept whatever it belongs to. */
function obstacleOf(build: Build, { rules }: ObjectPruneOptions): KeepReason | undefined {
  if (!OUTCOMES.has(build.phase)) return { because: 'phase', phase: build.phase };
  if (rules === 'oc') return undefined;
  const other = otherOwnerOf(build);
  if (other) return { because: 'other-controller', owner: other };
  const { config } = build;
  return config && (config.namespace === '' || config.name === '') ? { because: 'owner-incomplete' } : undefined;
}

/** Returns an owner that is not the BuildConfig of `status.config`: owners are in the same namespace. */
function otherOwnerOf({ namespace, owners, config }: Build): OwnerReference | undefined {
  return owners.find(
    ({ kind, apiVersion, name }) =>
      kind !== 'BuildConfig' ||
      name !== config?.name ||
      namespace !== config.namespace ||
      !/^(build\.openshift\.io\/.*|[^/]*)$/.test(apiVersion),
  );
}

function decideOwned(
  build: Build,
  config: OwnerRecord,
  {
    options,
    decisions,
    counted,
  }: { options: ObjectPruneOptions; decisions: Decisions; counted: { build: Build; config: OwnerRecord }[] },
): void {
  if (options.rules === 'safe') {
    // Counted, it would displace builds of the other namespace, whose editors did not create it.
    if (config.namespace !== build.namespace)
      return decisions.keep(build, { because: 'owner-elsewhere', owner: config });
    if (belongsToAnother(build, config)) return decisions.keep(build, { because: 'owner-replaced', owner: config });
  }
  counted.push({ build, config });
}

/** True if a build states the uid of its BuildConfig, and a BuildConfig with another uid has this name now. */
function belongsToAnother({ owners }: Build, config: OwnerRecord): boolean {
  return owners.some(({ uid }) => uid !== undefined && config.uid !== undefined && uid !== config.uid);
}

function decideOrphan(build: Build, options: ObjectPruneOptions, decisions: Decisions): void {
  const { namespace, orphans } = options;
  const owner: OwnerName | undefined = build.config && { kind: 'BuildConfig', ...build.config };
  if (orphans) decisions.delete(build, { because: 'orphan', owner });
  else if (!owner) decisions.keep(build, { because: 'no-owner' });
  // The BuildConfigs of other namespaces are not listed with --namespace.
  else if (namespace !== undefined && owner.namespace !== namespace)
    decisions.keep(build, { because: 'owner-elsewhere', owner });
  else decisions.keep(build, { because: 'orphan-kept', owner });
}
