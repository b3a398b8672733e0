import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../model/values/json.js';
import { NAMES, registryObjects, type RegistryObject, type RegistryVolume } from './registry-objects.js';
import { SOURCE_DIRECTORY, sourcePath, type SourceLayout } from './source-layout.js';

/** The generator refuses a policy whose namespace and name are longer together, with the dot between them. */
const MAX_POLICY_NAME = 63;
const NAMESPACE = 'ztp-site';

/**
 * Renders the PolicyGenerator for the registry's storage: one policy per source file. The waves are those of the source
 * files.
 * @param cluster name of the managed cluster
 */
export function policyGenerator(cluster: string, volume: RegistryVolume, layout: SourceLayout): object {
  return {
    apiVersion: 'policy.open-cluster-management.io/v1',
    kind: 'PolicyGenerator',
    metadata: { name: `${cluster}-registry` },
    placementBindingDefaults: { name: `${cluster}-registry-placement-binding` },
    policyDefaults: {
      namespace: NAMESPACE,
      placement: { labelSelector: { sites: cluster } },
      remediationAction: 'inform',
      complianceType: 'musthave',
    },
    policies: registryObjects(volume).map((each) => ({
      name: policyName(cluster, each),
      manifests: [{ path: `${SOURCE_DIRECTORY}/${sourcePath(each, layout)}`, ...patches(each) }],
    })),
  };
}

/** Lists the policies whose names the generator refuses. */
export function tooLongPolicyNames(cluster: string): string[] {
  return registryObjects({ path: NAMES.path, size: NAMES.size })
    .map((each) => policyName(cluster, each))
    .filter((name) => `${NAMESPACE}.${name}`.length > MAX_POLICY_NAME);
}

function policyName(cluster: string, { shortName }: RegistryObject): string {
  return `${cluster}-registry-${shortName}`;
}

/** Renders what differs from the published source file. */
function patches(each: RegistryObject): { patches?: object[] } {
  const patch = patchOf(each);
  return patch === undefined ? {} : { patches: [patch] };
}

function patchOf({ object }: RegistryObject): object | undefined {
  const { name, namespace } = object.metadata;
  if (object.kind === 'StorageClass') return { metadata: { name } };
  if (object.kind === 'PersistentVolumeClaim') return { metadata: { name, namespace }, spec: object.spec };
  if (object.kind === 'Config') return { spec: object.spec };
  const spec = difference(object.spec, PUBLISHED_VOLUME);
  return spec === undefined ? undefined : { spec };
}

/** The published volume has the default values; its path has a slash at the end, which has no meaning. */
const PUBLISHED_VOLUME = registryObjects({ path: NAMES.path, size: NAMES.size }).find(
  ({ object }) => object.kind === 'PersistentVolume',
)?.object.spec;

/** Returns the part of a value that differs; maps only with the keys that differ. */
function difference(value: unknown, base: unknown): unknown {
  if (isDeepStrictEqual(value, base)) return undefined;
  if (!isRecord(value) || !isRecord(base)) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, difference(each, base[key])] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
}
