/**
 * Names that every OpenShift cluster has. The sandbox keeps its own copy: a wrong name in the code under test must not be
 * wrong here too.
 */
export const REGISTRY_NAMESPACE = 'openshift-image-registry';
export const REGISTRY_DEPLOYMENT = 'image-registry';
/** Claim and volume of the registry's storage. */
export const REGISTRY_CLAIM = 'image-registry-storage';
/** `HOST:PORT` of the registry's Service, as pull specs in pods have it. The sandbox listens on the loopback address instead. */
export const REGISTRY_SERVICE = 'image-registry.openshift-image-registry.svc:5000';
/** The user that the registry's pod runs as. */
export const REGISTRY_ACCOUNT = 'system:serviceaccount:openshift-image-registry:registry';
