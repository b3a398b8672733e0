/** How to turn the registry's blob cache off for good: the operator sets it, so it must be told to leave the Deployment alone. */
export const CACHE_OFF = [
  `where a restart is no option, turn the cache off for good: oc patch configs.imageregistry.operator.openshift.io/cluster --type=merge -p '{"spec":{"managementState":"Unmanaged"}}'`,
  "then: oc -n openshift-image-registry set env deployment/image-registry REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR= (empty, not removed: without it the cache of the image's own configuration counts)",
  'while Unmanaged, the operator changes nothing in the registry, its read-only mode and its updates included',
];
