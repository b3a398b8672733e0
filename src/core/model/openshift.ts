/** Namespace of the image registry operator, its Deployment and the registry's pods. */
export const REGISTRY_NAMESPACE = 'openshift-image-registry';

/** Path of the cluster's image configuration in the API. */
export const IMAGE_CONFIG_PATH = '/apis/config.openshift.io/v1/images/cluster';

/** Name of the CronJob that `regadm prune schedule` manages. */
export const OWN_CRON_JOB = 'regadm-image-pruner';
