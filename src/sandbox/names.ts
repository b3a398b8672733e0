/**
 * Names that every OpenShift cluster has. The sandbox has its own copy, so that tests notice a wrong name in the code
 * under test.
 */
export const REGISTRY_NAMESPACE = 'openshift-image-registry';
export const REGISTRY_DEPLOYMENT = 'image-registry';
/** Claim and volume of the registry's storage. */
export const REGISTRY_CLAIM = 'image-registry-storage';
/**
 * `HOST:PORT` of the registry's Service in the pull specs of pods. The sandbox itself listens on the loopback address.
 */
export const REGISTRY_SERVICE = 'image-registry.openshift-image-registry.svc:5000';
/** The user that the registry's pod runs as. */
export const REGISTRY_ACCOUNT = 'system:serviceaccount:openshift-image-registry:registry';

/** Mount point of the registry's partition on the nodes of edge clusters. */
export const REGISTRY_PATH = '/var/imageregistry';
