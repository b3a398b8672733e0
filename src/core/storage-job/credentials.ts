import type { KeyReference } from '../operator/pod-environment.js';
import type { Place, Variable } from './place.js';
import type { StorageJobRequest } from './request.js';

/** Variables of an object store's credentials in a Secret. */
interface Keys {
  required: string[];
  optional: string[];
  /** Of these, the Secret must have one. */
  oneOf?: string[];
  /** Optional ones that most users need. */
  usual?: string[];
}

const KEYS: Record<'cluster' | 's3' | 'azure' | 'swift', Keys> = {
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
  azure: {
    required: [],
    optional: ['AZURE_STORAGE_KEY', 'AZURE_STORAGE_SAS_TOKEN'],
    oneOf: ['AZURE_STORAGE_KEY', 'AZURE_STORAGE_SAS_TOKEN'],
    usual: ['AZURE_STORAGE_KEY'],
  },
  swift: {
    required: [],
    optional: [
      ...['OS_AUTH_URL', 'OS_IDENTITY_API_VERSION', 'OS_REGION_NAME', 'OS_INTERFACE'],
      ...['OS_USERNAME', 'OS_USER_ID', 'OS_USER_DOMAIN_NAME', 'OS_USER_DOMAIN_ID', 'OS_PASSWORD'],
      ...['OS_PROJECT_NAME', 'OS_PROJECT_ID', 'OS_PROJECT_DOMAIN_NAME', 'OS_PROJECT_DOMAIN_ID'],
      ...['OS_APPLICATION_CREDENTIAL_ID', 'OS_APPLICATION_CREDENTIAL_NAME', 'OS_APPLICATION_CREDENTIAL_SECRET'],
      ...['ST_AUTH', 'ST_USER', 'ST_KEY'],
    ],
    oneOf: ['OS_AUTH_URL', 'ST_AUTH'],
    usual: ['OS_AUTH_URL', 'OS_APPLICATION_CREDENTIAL_ID', 'OS_APPLICATION_CREDENTIAL_SECRET'],
  },
};

const NO_KEYS: Keys = { required: [], optional: [] };

/** Returns the variables that the Secret of a request sets. */
export function credentialVariables(request: StorageJobRequest, place: Place): object[] {
  const { credentialsSecret: name, secretKeys } = request;
  if (name === undefined) return [];
  const { required, optional } = keysOf(request, place);
  return [
    ...required.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } })),
    ...[...optional, ...secretKeys].map((key) => ({
      name: key,
      valueFrom: { secretKeyRef: { name, key, optional: true } },
    })),
  ];
}

function keysOf({ storage }: StorageJobRequest, { access }: Place): Keys {
  return access.via === 'claim' ? NO_KEYS : KEYS[storage === 'cluster' ? storage : storage.kind];
}

/** What the Secret of a request must have. */
interface SecretNeeds {
  /** Without them, Kubernetes does not start the pod. */
  required: string[];
  /** Without all of them, the run has no credentials; empty: it needs none. */
  oneOf: string[];
  /** What to create the Secret with. */
  usual: string[];
}

/** Returns what the Secret of a request must have; the proxy is that of the registry. */
export function secretNeeds(request: StorageJobRequest, place: Place): SecretNeeds {
  const { required, oneOf = [], usual = [] } = keysOf(request, place);
  const all = [...required, ...keysFrom(request.credentialsSecret, place.proxy)];
  return { required: all, oneOf, usual: [...usual, ...all] };
}

/** Returns the keys of a Secret that variables take. */
function keysFrom(secret: string | undefined, variables: readonly Variable[]): string[] {
  return variables.flatMap(({ valueFrom }) => {
    const { secretKeyRef } = (valueFrom ?? {}) as { secretKeyRef?: KeyReference };
    return secretKeyRef?.name === secret && secretKeyRef && !secretKeyRef.optional ? [secretKeyRef.key] : [];
  });
}
