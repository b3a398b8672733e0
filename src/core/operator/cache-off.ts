/** How to turn the registry's blob cache off permanently: only an Unmanaged operator leaves the Deployment as it is. */
export const CACHE_OFF = [
  `if restarts are not an option, turn the cache off permanently: oc patch configs.imageregistry.operator.openshift.io/cluster --type=merge -p '{"spec":{"managementState":"Unmanaged"}}'`,
  "then: oc -n openshift-image-registry set env deployment/image-registry REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR= (empty, not removed: without the variable, the image's own configuration turns the cache on)",
  'while Unmanaged, the operator changes nothing in the registry, including its read-only mode and its updates',
];
