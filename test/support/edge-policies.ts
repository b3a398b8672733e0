import { stringify } from 'yaml';

const WAVE = 'ran.openshift.io/ztp-deploy-wave';

/** A source file as a policy applies it. */
export interface Entry {
  source: string;
  patch?: Record<string, unknown>;
  wave?: unknown;
  complianceType?: unknown;
}

/** The registry's storage with the values of the published example, in the order class, claim, volume, Config. */
export function registryEntries(): Entry[] {
  return [
    { source: 'storage-lso/StorageClass.yaml', patch: { metadata: { name: 'image-registry-sc' } } },
    {
      source: 'storage-lso/StoragePVC.yaml',
      patch: {
        metadata: { name: 'image-registry-pvc', namespace: 'openshift-image-registry' },
        spec: {
          accessModes: ['ReadWriteMany'],
          resources: { requests: { storage: '100Gi' } },
          storageClassName: 'image-registry-sc',
          volumeMode: 'Filesystem',
        },
      },
    },
    { source: 'image-registry/ImageRegistryPV.yaml' },
    {
      source: 'image-registry/ImageRegistryConfig.yaml',
      complianceType: 'musthave',
      patch: { spec: { storage: { pvc: { claim: 'image-registry-pvc' } } } },
    },
  ];
}

/** Writes entries as a PolicyGenTemplate. */
export function policyGenTemplate(entries: Entry[]): string {
  const sourceFiles = entries.map(({ source, patch = {}, wave, complianceType }) => {
    const metadata = patch.metadata as object | undefined;
    const annotated = wave === undefined ? metadata : { ...metadata, annotations: { [WAVE]: wave } };
    return { fileName: source, policyName: 'config', complianceType, ...patch, metadata: annotated };
  });
  return written({
    apiVersion: 'ran.openshift.io/v1',
    kind: 'PolicyGenTemplate',
    metadata: { name: 'group', namespace: 'ztp-group' },
    spec: { bindingRules: { group: '' }, mcp: 'master', sourceFiles },
  });
}

/** Writes entries as a PolicyGenerator, with one policy per entry. */
export function policyGenerator(entries: Entry[]): string {
  const policies = entries.map(({ source, patch, wave, complianceType }, index) => ({
    name: `config-${index}`,
    policyAnnotations: wave === undefined ? undefined : { [WAVE]: wave },
    manifests: [{ path: `source-crs/${source}`, complianceType, patches: patch && [patch] }],
  }));
  return written({
    apiVersion: 'policy.open-cluster-management.io/v1',
    kind: 'PolicyGenerator',
    metadata: { name: 'group' },
    placementBindingDefaults: { name: 'group' },
    policyDefaults: { namespace: 'ztp-group', placement: { labelSelector: { group: '' } } },
    policies,
  });
}

/** Numbers and texts that look like numbers stay different, and no line is folded. */
function written(value: unknown): string {
  return stringify(JSON.parse(JSON.stringify(value)), { lineWidth: 0 });
}
