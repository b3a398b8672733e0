/** Namespace of the image registry operator, its Deployment and the registry's pods. */
export const REGISTRY_NAMESPACE = 'openshift-image-registry';

/** Name of the CronJob that `regadm prune schedule` manages. */
export const OWN_CRON_JOB = 'regadm-image-pruner';

/** Cluster role that may list what uses images, and delete images, links and blobs. */
export const PRUNER_ROLE = 'system:image-pruner';
