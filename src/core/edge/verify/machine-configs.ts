import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { listObjects } from '../../cluster/objects.js';
import { defineResource } from '../../cluster/resources.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { readIgnition } from '../ignition/read.js';
import { sameIgnition } from '../ignition/same.js';
import { fieldName, valueAt } from '../model.js';
import { ROLE_LABEL } from '../render/machine-config.js';
import { withoutSlashAtEnd } from '../text-problems.js';
import { checker, type EdgeCheck } from './check.js';
import { listAt, textAt } from './fields.js';
import { notMounted } from './mounts.js';

const API = 'machineconfiguration.openshift.io/v1';
// A cluster whose control plane is hosted elsewhere has neither.
const KIND = { namespaced: false, optional: true };
const MACHINE_CONFIGS = defineResource(API, 'machineconfigs', 'MachineConfig', KIND);
const POOLS = defineResource(API, 'machineconfigpools', 'MachineConfigPool', KIND);

const NAME = 'ignition-override';
const REINSTALL =
  'the partition can only be created when the node is installed: correct the MachineConfig among the extra manifests, or ignitionConfigOverride in the site, and install again';
const { passed, failed } = checker('cluster');

interface Expectation {
  /** Mount point of the registry's partition. */
  path: string;
  /** The rendered configuration, if files of it are given. */
  expected?: IgnitionConfig;
  /** Why the annotations of the hub do not create the partition. */
  reason: string;
}

/** A MachineConfig with a file system at the path. */
interface Candidate {
  name: string;
  config: unknown;
  /** Names of the pools with nodes that have applied it. */
  pools: string[];
}

/**
 * Checks that MachineConfigs created the registry's partition, on a cluster whose hub has no annotation that does.
 * @throws ApiError if they cannot be read
 */
export async function checkMachineConfigs(api: ClusterApi, expectation: Expectation): Promise<EdgeCheck[]> {
  const { path, reason } = expectation;
  // Without the rendered ones, which have no role: they are large, and contain the others.
  const objects = await listObjects(api, MACHINE_CONFIGS, { labelSelector: ROLE_LABEL });
  const mounting = objects.filter((object) => hasFilesystem(object, path));
  if (mounting.length === 0) return [failed(NAME, `${reason}, and no MachineConfig mounts ${path}`, REINSTALL)];
  const pools = await listObjects(api, POOLS);
  const candidates = mounting.map((object) => toCandidate(object, pools));
  const applied = candidates.filter((candidate) => candidate.pools.length > 0);
  if (applied.length > 0) return applied.map((candidate) => checkApplied(candidate, expectation));
  const names = candidates.map(({ name }) => name).join(', ');
  const unused = `no pool with nodes has applied MachineConfig ${names}, which mounts ${path}`;
  return [failed(NAME, `${reason}, and ${unused}`, REINSTALL)];
}

function hasFilesystem(object: KubeObject, path: string): boolean {
  return listAt(object, 'spec', 'config', 'storage', 'filesystems').some((filesystem) => {
    const at = textAt(filesystem, 'path');
    return at !== undefined && withoutSlashAtEnd(at) === path;
  });
}

function toCandidate({ metadata: { name }, spec }: KubeObject, pools: KubeObject[]): Candidate {
  return {
    name,
    config: spec?.config,
    pools: pools.filter((pool) => hasApplied(pool, name)).map(({ metadata }) => metadata.name),
  };
}

/** True if all nodes of a pool have a MachineConfig. The worker pool of a single node has no nodes. */
function hasApplied(pool: KubeObject, name: string): boolean {
  if (valueAt(pool, ['status', 'machineCount']) === 0) return false;
  return listAt(pool, 'status', 'configuration', 'source').some((source) => textAt(source, 'name') === name);
}

function checkApplied({ name, config: value, pools }: Candidate, { path, expected, reason }: Expectation): EdgeCheck {
  const what = `MachineConfig ${name}, which pool ${pools.join(', ')} has applied,`;
  const { config, problems } = readIgnition(value);
  if (!config || problems.length > 0) {
    const texts = problems.map((problem) => [fieldName(problem.path), problem.message].filter(Boolean).join(': '));
    return failed(NAME, `${what} is not a valid Ignition configuration: ${texts.join('; ')}`, REINSTALL);
  }
  if (expected) {
    return sameIgnition(expected, config)
      ? passed(NAME, `${what} has the rendered configuration; ${reason}`)
      : failed(NAME, `${what} does not match the rendered configuration; ${reason}`, REINSTALL);
  }
  const problem = notMounted(config, path);
  if (problem !== undefined) return failed(NAME, `${what} ${problem}`, REINSTALL);
  return passed(NAME, `${what} mounts ${path}; only that was checked: ${reason}`);
}
