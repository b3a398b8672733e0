/** Namespace of the image registry operator, its Deployment and the registry's pods. */
export const REGISTRY_NAMESPACE = 'openshift-image-registry';
