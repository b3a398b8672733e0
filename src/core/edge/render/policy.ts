import { registryObjects, type RegistryObject, type RegistryVolume } from './registry-objects.js';

/**
 * The PolicyGenTemplate overlay that gives a managed cluster its registry's storage.
 * An overlay can set metadata and spec only: the provisioner and the reclaim policy come from the source file StorageClass.yaml.
 * @param cluster the managed cluster's name
 */
export function policyOverlay(cluster: string, volume: RegistryVolume): object {
  return {
    apiVersion: 'ran.openshift.io/v1',
    kind: 'PolicyGenTemplate',
    metadata: { name: `${cluster}-registry`, namespace: 'ztp-site' },
    spec: { bindingRules: { sites: cluster }, mcp: 'master', sourceFiles: registryObjects(volume).map(entry) },
  };
}

/** `mustonlyhave` would remove what the operator itself adds to its Config, and the registry's pods would fail. */
function entry({ fileName, policyName, object }: RegistryObject): object {
  const { kind, metadata, spec } = object;
  return {
    fileName,
    policyName,
    ...(kind === 'Config' && { complianceType: 'musthave' }),
    metadata: kind === 'Config' ? { annotations: metadata.annotations } : metadata,
    ...(spec !== undefined && { spec }),
  };
}
