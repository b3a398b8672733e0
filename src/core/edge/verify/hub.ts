import type { ClusterApi } from '../../cluster/api.js';
import { ApiError } from '../../cluster/api-error.js';
import { listObjects } from '../../cluster/objects.js';
import { defineResource } from '../../cluster/resources.js';
import { isAbsent } from '../../model/values/json.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { sameIgnition } from '../ignition/same.js';
import { parseOverride } from '../lint/override/read-override.js';
import { valueAt } from '../model.js';
import { checker, toCheck, type EdgeCheck } from './check.js';
import { filesystemAt, notMounted } from './mounts.js';
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

/** What the hub states about the configuration of the nodes. */
interface HubResult {
  checks: EdgeCheck[];
  /**
   * Why no annotation creates the partition, although none has to: a MachineConfig can create it instead. Undefined if
   * an annotation creates it, or has to.
   */
  withoutOverride?: string;
}

/** A BareMetalHost as the messages name it, with the value of its annotation; null or undefined if it has none. */
interface Host {
  name: string;
  title: string;
  override: unknown;
}

/** Compares the configuration of each BareMetalHost of a managed cluster with the expected one. @throws ApiError */
export async function checkHub(api: ClusterApi, { cluster, path, expected }: HubOptions): Promise<HubResult> {
  const hosts = await listHosts(api, cluster);
  if (hosts.length === 0) {
    const remedy = 'check the name of the cluster, and that this is its hub';
    return { checks: [failed(NAME, `no BareMetalHost in namespace ${cluster} of the hub`, remedy)] };
  }
  try {
    const planOf = await readPlans(api, cluster, expected);
    const results = hosts.map((host) => checkHost(host, planOf(host.name), path));
    const isElsewhere = results.every((result) => result.isElsewhere);
    return {
      checks: results.map(({ check }) => check),
      ...(isElsewhere && { withoutOverride: reasonOf(hosts, { cluster, path }) }),
    };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Whatever the status: what cannot be read is not compared.
    return { checks: [{ ...toCheck({ where: 'hub', name: NAME }, error), notChecked: true }] };
  }
}

function reasonOf(hosts: Host[], { cluster, path }: { cluster: string; path: string }): string {
  return hosts.every(({ override }) => isAbsent(override))
    ? `no BareMetalHost of ${cluster} has the annotation ${OVERRIDE_ANNOTATION}`
    : `the annotations of the BareMetalHosts of ${cluster} mount nothing at ${path}`;
}

async function listHosts(api: ClusterApi, cluster: string): Promise<Host[]> {
  const hosts = (await listObjects(api, BARE_METAL_HOSTS, { namespace: cluster })).map(({ metadata }) => {
    const { name } = metadata;
    const override = valueAt(metadata, ['annotations', OVERRIDE_ANNOTATION]);
    return { name, title: `BareMetalHost ${cluster}/${name}`, override: override === '' ? undefined : override };
  });
  return hosts.sort((a, b) => a.name.localeCompare(b.name));
}

/** The check of a host; `isElsewhere` if a MachineConfig can create the partition that its annotation does not. */
interface HostResult {
  check: EdgeCheck;
  isElsewhere?: boolean;
}

function checkHost({ title, override }: Host, plan: Plan, path: string): HostResult {
  if ('problem' in plan) return { check: failed(NAME, `${title}: ${plan.problem}`, CORRECT_INSTANCE) };
  if (isAbsent(override)) {
    return plan.from === 'instance' && plan.config
      ? { check: failed(NAME, `${title} has no configuration, but the ClusterInstance states one`, REINSTALL) }
      : { check: skipped(NAME, `${title} has no configuration`), isElsewhere: true };
  }
  const { config, problems } = parseOverride(override);
  if (problems.length > 0) {
    const what = `${title}: the annotation is not a valid Ignition configuration`;
    return { check: failed(NAME, `${what}: ${problems.join('; ')}`, REINSTALL) };
  }
  const check = compare(title, config, { plan, path });
  const isForOther = plan.from !== 'instance' && filesystemAt(config, path) === undefined;
  return { check, isElsewhere: isForOther && check.status === 'failed' };
}

function compare(
  title: string,
  config: IgnitionConfig,
  { plan, path }: { plan: Exclude<Plan, { problem: string }>; path: string },
): EdgeCheck {
  if (plan.from === 'nowhere') {
    const problem = notMounted(config, path);
    return problem === undefined
      ? passed(NAME, `${title} mounts ${path}; only that was checked: ${plan.reason}`)
      : failed(NAME, `${title}: the annotation ${problem}`, REINSTALL);
  }
  if (!plan.config)
    return failed(NAME, `${title} has a configuration, but the ClusterInstance states none`, CORRECT_INSTANCE);
  return sameIgnition(plan.config, config)
    ? passed(NAME, `${title} has the rendered configuration`)
    : failed(NAME, `${title}: the annotation does not match the rendered configuration`, REINSTALL);
}
