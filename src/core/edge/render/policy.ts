import { registryObjects, type RegistryObject, type RegistryVolume } from './registry-objects.js';

/**
 * Renders the PolicyGenTemplate overlay for the registry's storage. An overlay can set only metadata and spec;
 * provisioner and reclaim policy come from the source file StorageClass.yaml.
 * @param cluster name of the managed cluster
 */
export function policyOverlay(cluster: string, volume: RegistryVolume): object {
  return {
    apiVersion: 'ran.openshift.io/v1',
    kind: 'PolicyGenTemplate',
    metadata: { name: `${cluster}-registry`, namespace: 'ztp-site' },
    spec: { bindingRules: { sites: cluster }, mcp: 'master', sourceFiles: registryObjects(volume).map(entry) },
  };
}

/**
 * Renders an entry. The Config needs `musthave`: `mustonlyhave` would remove what the operator adds, and the pods would
 * fail.
 */
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
