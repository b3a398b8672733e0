import type { ClusterApi } from '../../cluster/api.js';
import { ApiError } from '../../cluster/api-error.js';
import { listObjects } from '../../cluster/objects.js';
import { defineResource } from '../../cluster/resources.js';
import { isAbsent } from '../../model/values/json.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { mountProblem } from '../ignition/mount-problem.js';
import { sameIgnition } from '../ignition/same.js';
import { parseOverride } from '../lint/override/read-override.js';
import { valueAt } from '../model.js';
import { checker, toCheck, type EdgeCheck } from './check.js';
import { readPlans, type Plan } from './plan.js';

const BARE_METAL_HOSTS = defineResource('metal3.io/v1alpha1', 'baremetalhosts', 'BareMetalHost');

const OVERRIDE_ANNOTATION = 'bmac.agent-install.openshift.io/ignition-config-overrides';
const NAME = 'ignition-override';
const REINSTALL =
  'the partition can only be created when the node is installed: correct ignitionConfigOverride in the site, and install again';
const CORRECT_INSTANCE = 'correct the ClusterInstance, or compare with the rendered file: --ignition FILE';
const { passed, failed, skipped } = checker('hub');

interface HubOptions {
  /** Name of the managed cluster, which is also its namespace on the hub. */
  cluster: string;
  /** Expected mount point of the registry's partition. */
  path: string;
  /** The rendered configuration; undefined: the hub's ClusterInstance counts or, if there is none, the mount point. */
  expected?: IgnitionConfig;
}

/** A BareMetalHost as the messages name it, with the value of its annotation; null or undefined if it has none. */
interface Host {
  name: string;
  title: string;
  override: unknown;
}

/** Compares the configuration of each BareMetalHost of a managed cluster with the expected one. @throws ApiError */
export async function checkHub(api: ClusterApi, { cluster, path, expected }: HubOptions): Promise<EdgeCheck[]> {
  const hosts = await listHosts(api, cluster);
  if (hosts.length === 0) {
    const remedy = 'check the name of the cluster, and that this is its hub';
    return [failed(NAME, `no BareMetalHost in namespace ${cluster} of the hub`, remedy)];
  }
  if (hosts.every(({ override }) => isAbsent(override)))
    return [failed(NAME, `no BareMetalHost of ${cluster} has the annotation ${OVERRIDE_ANNOTATION}`, REINSTALL)];
  try {
    const planOf = await readPlans(api, cluster, expected);
    return hosts.map((host) => checkHost(host, planOf(host.name), path));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Whatever the status: what cannot be read is not compared.
    return [{ ...toCheck({ where: 'hub', name: NAME }, error), notChecked: true }];
  }
}

async function listHosts(api: ClusterApi, cluster: string): Promise<Host[]> {
  const hosts = (await listObjects(api, BARE_METAL_HOSTS, { namespace: cluster })).map(({ metadata }) => {
    const { name } = metadata;
    const override = valueAt(metadata, ['annotations', OVERRIDE_ANNOTATION]);
    return { name, title: `BareMetalHost ${cluster}/${name}`, override: override === '' ? undefined : override };
  });
  return hosts.sort((a, b) => a.name.localeCompare(b.name));
}

function checkHost({ title, override }: Host, plan: Plan, path: string): EdgeCheck {
  if ('problem' in plan) return failed(NAME, `${title}: ${plan.problem}`, CORRECT_INSTANCE);
  if (isAbsent(override)) {
    return plan.from === 'instance' && plan.config
      ? failed(NAME, `${title} has no configuration, but the ClusterInstance states one`, REINSTALL)
      : skipped(NAME, `${title} has no configuration`);
  }
  const { config, problems } = parseOverride(override);
  if (problems.length > 0) {
    const what = `${title}: the annotation is not a valid Ignition configuration`;
    return failed(NAME, `${what}: ${problems.join('; ')}`, REINSTALL);
  }
  if (plan.from === 'nowhere') return checkMount(title, config, { path, reason: plan.reason });
  if (!plan.config)
    return failed(NAME, `${title} has a configuration, but the ClusterInstance states none`, CORRECT_INSTANCE);
  return sameIgnition(plan.config, config)
    ? passed(NAME, `${title} has the rendered configuration`)
    : failed(NAME, `${title}: the annotation does not match the rendered configuration`, REINSTALL);
}

/** Checks the mount point, if there is nothing to compare with, and says why. */
function checkMount(
  title: string,
  config: IgnitionConfig,
  { path, reason }: { path: string; reason: string },
): EdgeCheck {
  const filesystem = (config.storage?.filesystems ?? []).find((each) => each.path === path);
  const problem = filesystem && mountProblem(config, filesystem);
  if (problem) return failed(NAME, `${title}: the annotation mounts nothing at ${path}: ${problem.message}`, REINSTALL);
  return filesystem
    ? passed(NAME, `${title} mounts ${path}; only that was checked: ${reason}`)
    : failed(NAME, `${title}: the annotation mounts nothing at ${path}`, REINSTALL);
}
