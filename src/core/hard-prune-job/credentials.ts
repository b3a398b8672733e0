import type { Place } from './place.js';
import type { HardPruneJobRequest } from './request.js';

/** Variables of an object store's credentials that a Secret has, and those that it can have. */
const KEYS: Record<'cluster' | 's3' | 'azure' | 'swift', { required: string[]; optional: string[] }> = {
  // Used only if the registry has an identity of the cloud, and the Job cannot use it.
  cluster: {
    required: [],
    optional: [
      ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
      ...['AZURE_STORAGE_KEY', 'AZURE_STORAGE_SAS_TOKEN'],
    ],
  },
  s3: {
    required: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    optional: ['AWS_SESSION_TOKEN', 'AWS_REGION'],
  },
  azure: { required: [], optional: ['AZURE_STORAGE_KEY', 'AZURE_STORAGE_SAS_TOKEN'] },
  swift: {
    required: [],
    optional: [
      ...['OS_AUTH_URL', 'OS_IDENTITY_API_VERSION', 'OS_REGION_NAME', 'OS_INTERFACE'],
      ...['OS_USERNAME', 'OS_USER_ID', 'OS_USER_DOMAIN_NAME', 'OS_USER_DOMAIN_ID', 'OS_PASSWORD'],
      ...['OS_PROJECT_NAME', 'OS_PROJECT_ID', 'OS_PROJECT_DOMAIN_NAME', 'OS_PROJECT_DOMAIN_ID'],
      ...['OS_APPLICATION_CREDENTIAL_ID', 'OS_APPLICATION_CREDENTIAL_NAME', 'OS_APPLICATION_CREDENTIAL_SECRET'],
      ...['ST_AUTH', 'ST_USER', 'ST_KEY'],
    ],
  },
};

const NO_KEYS = { required: [], optional: [] };

/** Returns the variables that the Secret of a request sets. */
export function credentialVariables(request: HardPruneJobRequest, { access }: Place): object[] {
  const { credentialsSecret: name, storage, usesRedis } = request;
  if (name === undefined) return [];
  const { required, optional } =
    access.via === 'claim' ? NO_KEYS : KEYS[storage === 'cluster' ? storage : storage.kind];
  const redis = usesRedis ? [] : ['REGADM_REDIS_URL'];
  return [
    ...required.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } })),
    ...[...optional, ...redis].map((key) => ({
      name: key,
      valueFrom: { secretKeyRef: { name, key, optional: true } },
    })),
  ];
}
