import { NAMES, inWave, registryObjects, type RegistryObject, type RegistryVolume } from './registry-objects.js';
import { sourcePath, type SourceLayout } from './source-layout.js';

/** The wave of all objects: after everything that a site usually applies. */
const LATE_WAVE = '100';

/**
 * Renders the PolicyGenTemplate overlay for the registry's storage. An overlay can set only metadata and spec;
 * provisioner and reclaim policy come from the source file StorageClass.yaml.
 * @param cluster name of the managed cluster
 */
export function policyOverlay(cluster: string, volume: RegistryVolume, layout: SourceLayout): object {
  const sourceFiles = registryObjects(volume).map((each) => entry(each, sourcePath(each, layout)));
  return {
    apiVersion: 'ran.openshift.io/v1',
    kind: 'PolicyGenTemplate',
    metadata: { name: `${cluster}-registry`, namespace: 'ztp-site' },
    spec: { bindingRules: { sites: cluster }, mcp: volume.role ?? NAMES.role, sourceFiles },
  };
}

/**
 * Renders an entry. The Config needs `musthave`: `mustonlyhave` would remove what the operator adds, and the pods would
 * fail.
 */
function entry({ shortName, object }: RegistryObject, fileName: string): object {
  const { kind, metadata, spec } = object;
  return {
    fileName,
    policyName: `${shortName}-for-image-registry`,
    ...(kind === 'Config' && { complianceType: 'musthave' }),
    metadata: { ...(kind !== 'Config' && metadata), ...inWave(LATE_WAVE) },
    ...(spec !== undefined && { spec }),
  };
}
