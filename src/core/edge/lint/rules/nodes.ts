import { valueAt } from '../../model.js';
import { withoutSlashAtEnd } from '../../text-problems.js';
import type { EdgeFacts, ObjectFacts, StorageFacts } from '../facts.js';
import { FIELDS } from '../fields.js';
import type { Finding } from '../finding.js';
import { fieldOf } from '../known.js';
import type { RegistrySet } from '../registry-set.js';
import { error, warning, type Rule } from './rule.js';

/** Rules about the nodes that the registry's partition is on. */
export const nodeRules: Rule[] = [sitesWithoutDisks, nodesOfVolumes];

/** Finds sites in which no node has a configuration, although the other files need one. */
function sitesWithoutDisks({ storages }: EdgeFacts, { volumes }: RegistrySet): Finding[] {
  if (storages.some(({ role }) => role === 'machineconfig')) return [];
  const [plan] = storages.filter(({ role }) => role === 'plan');
  const [path] = volumes.map(pathOf).filter((each) => each !== undefined);
  return storages
    .filter(({ role }) => role === 'none')
    .flatMap(({ at }) => {
      const remedy = 'set ignitionConfigOverride: regadm edge render --butane FILE -o siteconfig (or clusterinstance)';
      if (plan) {
        const message = `no node has an ignitionConfigOverride with the partition of ${plan.at([]).file}`;
        return [error('override-differs', at([]), message, remedy)];
      }
      if (path === undefined) return [];
      const message = `no node has an ignitionConfigOverride that mounts the volume's path ${path}`;
      return [warning('volume-path', at([]), message, `${remedy}, or add the MachineConfig to the files`)];
    });
}

/** Nodes of the control plane are in the pool master only; a pool of workers does not contain them. */
const CONTROL_PLANE = ['master', 'control-plane'];

/** Finds volumes on nodes of the control plane if only other nodes mount their paths. */
function nodesOfVolumes({ storages }: EdgeFacts, { volumes }: RegistrySet): Finding[] {
  return volumes.filter(isOnControlPlane).flatMap((volume) => {
    const mounting = storages.filter(({ role }) => role !== 'plan').flatMap((each) => mountAt(each, pathOf(volume)));
    if (mounting.some(({ pool }) => typeof pool !== 'string' || pool === 'master' || pool.includes('{{'))) return [];
    return mounting.map(({ pool, at }) =>
      error(
        'volume-path',
        at,
        `nodes with the role ${String(pool)} mount ${pathOf(volume)}, but the volume is on nodes with the role master`,
        'set the role of the MachineConfig or of the node to master, or change the nodeAffinity of the volume',
      ),
    );
  });
}

function mountAt({ config, pool, at }: StorageFacts, path: string | undefined) {
  const index = (config.storage?.filesystems ?? []).findIndex(
    (each) => each.path !== undefined && withoutSlashAtEnd(each.path) === path,
  );
  return index === -1 ? [] : [{ pool, at: at(['filesystems', index, 'path']) }];
}

function pathOf(volume: ObjectFacts): string | undefined {
  const path = fieldOf(volume, FIELDS.localPath);
  return typeof path === 'string' ? withoutSlashAtEnd(path) : undefined;
}

/** True if the volume can only be on nodes of the control plane. */
function isOnControlPlane(volume: ObjectFacts): boolean {
  const terms = volume.get(['spec', 'nodeAffinity', 'required', 'nodeSelectorTerms']);
  if (!Array.isArray(terms) || terms.length === 0) return false;
  return terms.every((term) => {
    const expressions = valueAt(term, ['matchExpressions']);
    return Array.isArray(expressions) && expressions.some(isRoleOfControlPlane);
  });
}

function isRoleOfControlPlane(expression: unknown): boolean {
  const role = /^node-role\.kubernetes\.io\/(.+)$/.exec(String(valueAt(expression, ['key'])))?.[1];
  const operator = valueAt(expression, ['operator']);
  return role !== undefined && CONTROL_PLANE.includes(role) && (operator === 'In' || operator === 'Exists');
}
