import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { ApiError, awayRemedies } from '../cluster/api-error.js';
import { findIfReadable, findObject, getObject, listObjects, type ObjectReference } from '../cluster/objects.js';
import { ROUTES } from '../cluster/resources.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { parseQuantity } from '../model/values/quantity.js';
import type { Condition } from '../model/kube.js';
import { managementState, storageKinds, type RegistryConfig } from './config.js';
import { deployedStorage } from './deployed-storage.js';
import { rolloutLoss } from './ephemeral-storage.js';
import { importModeOf } from './import-mode.js';
import { CONFIG, CONFIG_NAME, DEPLOYMENT, IMAGE_CONFIG, claimNamed } from './objects.js';
import { isReadOnlyEnvironment, listRegistryPods, type RegistryPod } from './pods.js';
import type { Deployment } from './rollout.js';

/** The storage of the registry's blobs. */
export interface RegistryStorage {
  /** As the operator names it: `pvc`, `s3`, `emptyDir`, …; `container`: the file system of the pods. */
  kind: string;
  /** Name of the claim, bucket or container; never a secret. */
  place?: string;
  /** Size of the claim, in bytes. */
  capacity?: number;
  /** Phase of the claim, such as `Bound`. */
  phase?: string;
  /** Present if every roll-out of the registry deletes all its images. */
  ephemeral?: true;
}

/**
 * The state of the registry from its operator, its Deployment and its pods. Parts that could not be read are undefined
 * and named in `unavailable`.
 */
export interface RegistryState {
  managementState?: string;
  readOnly?: boolean;
  replicas?: { wanted: number; ready?: number };
  rolloutStrategy?: string;
  storage?: RegistryStorage;
  /** Hosts of the registry's routes. */
  routes?: string[];
  internalHost?: string;
  /** How image streams import images: `Legacy` or `PreserveOriginal`. */
  imageStreamImportMode?: string;
  /** From the Deployment's environment; null if that does not set it, so that the image's own configuration applies. */
  deleteEnabled?: boolean | null;
  /** `inmemory` or `redis`; empty: turned off; null as above. */
  cache?: string | null;
  conditions?: Condition[];
  pods?: Pick<RegistryPod, 'name' | 'phase' | 'ready' | 'readOnly' | 'terminating' | 'trouble'>[];
  /** True if there is no Deployment: no registry runs, and the config describes only what it would be. */
  hasNoDeployment?: boolean;
  unavailable: Unavailable[];
}

const WHAT_DEPLOYMENT = 'the deployment';
const NO_DEPLOYMENT = `there is none: deployment ${REGISTRY_NAMESPACE}/image-registry does not exist, so no registry runs`;
const WHAT_CONFIG = "the operator's config";
const NO_CONFIG = `there is none: ${CONFIG_NAME} does not exist, so this cluster has no registry of the image registry operator`;

/** Something that the user cannot read, or that does not exist. */
export interface Unavailable {
  what: string;
  message: string;
}

/** Describes a part that cannot be read; if a server does not answer, with what to look at. */
export function unavailablePart(what: string, error: ApiError, message: string = error.answer): Unavailable {
  return { what, message: [message, ...awayRemedies(error)].join('; ') };
}

/**
 * Reads everything about the registry that the user can read. Each part is read separately, so that a missing
 * permission hides only that part.
 * @throws RegadmError when the API server cannot be reached at all
 */
export async function readRegistryState(api: ClusterApi, signal?: AbortSignal): Promise<RegistryState> {
  const unavailable: Unavailable[] = [];
  const read = async <T>(what: string, request: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      unavailable.push(unavailablePart(what, error));
      return undefined;
    }
  };
  const get = <T extends KubeObject>(what: string, reference: ObjectReference): Promise<T | undefined> =>
    read(what, () => getObject<T>(api, reference, { signal }));
  const [config, deployment, routes, imageConfig, pods] = await Promise.all([
    read(WHAT_CONFIG, () => findObject<RegistryConfig>(api, CONFIG, { signal })),
    read(WHAT_DEPLOYMENT, () => findObject<Deployment>(api, DEPLOYMENT, { signal })),
    read('the routes', () => listObjects(api, ROUTES, { namespace: REGISTRY_NAMESPACE, signal })),
    get("the cluster's image config", IMAGE_CONFIG),
    read('the pods', () => listRegistryPods(api, signal)),
  ]);
  const isUnreadable = (part: string): boolean => unavailable.some(({ what }) => what === part);
  if (!config && !isUnreadable(WHAT_CONFIG)) unavailable.push({ what: WHAT_CONFIG, message: NO_CONFIG });
  const hasNoDeployment = !deployment && !isUnreadable(WHAT_DEPLOYMENT);
  if (hasNoDeployment) unavailable.push({ what: WHAT_DEPLOYMENT, message: NO_DEPLOYMENT });
  const storage = storageOf(config, deployment);
  const claim =
    storage?.kind === 'pvc' && storage.place ? await get('the volume claim', claimNamed(storage.place)) : undefined;
  return {
    ...fromConfig(config),
    ...fromDeployment(deployment),
    replicas: replicasOf(config, deployment),
    storage: storage && {
      ...storage,
      ...fromClaim(claim),
      ...(rolloutLoss({ config, deployment }) ? { ephemeral: true } : {}),
    },
    routes: routes?.map(({ spec }) => String(spec?.host ?? '')).filter(Boolean),
    internalHost: imageConfig?.status?.internalRegistryHostname as string | undefined,
    imageStreamImportMode: importModeOf(imageConfig),
    pods,
    hasNoDeployment,
    unavailable,
  };
}

function fromConfig(config: RegistryConfig | undefined): Partial<RegistryState> {
  if (!config) return {};
  return {
    managementState: managementState(config),
    readOnly: config.spec?.readOnly === true,
    rolloutStrategy: config.spec?.rolloutStrategy as string | undefined,
    conditions: config.status?.conditions ?? [],
  };
}

function fromDeployment(deployment: Deployment | undefined): Partial<RegistryState> {
  const template = deployment?.spec?.template?.spec as PodSpec | undefined;
  if (!template) return {};
  const environment = new Map(
    template.containers?.flatMap(({ env }) => (env ?? []).map(({ name, value }) => [name, value ?? ''] as const)),
  );
  const enabled = environment.get('REGISTRY_STORAGE_DELETE_ENABLED');
  return {
    deleteEnabled: enabled === undefined ? null : enabled === 'true',
    cache: environment.get('REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR') ?? null,
    // The pods follow their environment: a change of the config takes effect only with a roll-out.
    readOnly: isReadOnlyEnvironment(template),
  };
}

interface PodSpec {
  containers?: { name: string; env?: { name: string; value?: string }[] }[];
}

function replicasOf(config: RegistryConfig | undefined, deployment: Deployment | undefined): RegistryState['replicas'] {
  const wanted = deployment?.spec?.replicas ?? config?.spec?.replicas;
  return wanted === undefined
    ? undefined
    : { wanted, ready: deployment && (deployment.status?.availableReplicas ?? 0) };
}

/** Fields that name the claim, bucket or container, by kind of storage. */
const PLACES = ['claim', 'bucket', 'container'];

/**
 * Returns the storage that the configuration names, or else the Deployment. The status names the one that the operator
 * chose itself. The Deployment comes first where the operator does not apply its configuration, and where the pods
 * still lose their images.
 */
function storageOf(config?: RegistryConfig, deployment?: Deployment): RegistryStorage | undefined {
  const configured = storageIn(config?.spec?.storage) ?? storageIn(config?.status?.storage);
  const found = deployment && deployedStorage(deployment);
  if (!found) return configured;
  const { kind, place, endsWithPods } = found;
  const isApplied = config === undefined || ['Managed', 'Removed'].includes(managementState(config));
  if (configured && isApplied && endsWithPods === undefined) return configured;
  return { kind, ...(place === undefined ? {} : { place }) };
}

function storageIn(settings: unknown): RegistryStorage | undefined {
  const [kind] = storageKinds(settings);
  if (kind === undefined) return undefined;
  const chosen = (settings as Record<string, Record<string, unknown> | string | null>)[kind];
  const place =
    typeof chosen === 'object'
      ? PLACES.map((key) => chosen?.[key]).find((value) => typeof value === 'string' && value !== '')
      : undefined;
  return { kind, ...(place === undefined ? {} : { place: String(place) }) };
}

function fromClaim(claim: KubeObject | undefined): Partial<RegistryStorage> {
  if (!claim) return {};
  const size = (part: unknown): number | undefined => {
    const storage = (part as { storage?: string } | undefined)?.storage;
    return storage === undefined ? undefined : parseQuantity(storage);
  };
  const requested = (claim.spec?.resources as { requests?: unknown } | undefined)?.requests;
  return {
    capacity: size(claim.status?.capacity) ?? size(requested),
    phase: claim.status?.phase as string | undefined,
  };
}

/** What the meaning of the registry's answers depends on. */
export interface RegistrySetup {
  /** Kind of storage as the operator names it: `pvc`, `s3`, …; undefined if it is not stated. */
  storage?: string;
  /** Number of replicas, each of which has a blob cache of its own. */
  replicas: number;
  /** A roll-out deletes all images. */
  isEphemeral?: boolean;
  /** The Deployment turns the blob cache off. */
  isCacheOff?: boolean;
}

/** Timeout of the request, in ms: it is sent after a prune, which must not wait for it. */
const TIMEOUT_MS = 5_000;

/** Reads the setup of the registry; undefined if the user cannot read it. Never throws. */
export async function readRegistrySetup(api: ClusterApi): Promise<RegistrySetup | undefined> {
  const options = { retry: false, timeoutMs: TIMEOUT_MS };
  const [config, deployment] = await Promise.all([
    findIfReadable<RegistryConfig>(api, CONFIG, options).catch(() => undefined),
    findIfReadable<Deployment>(api, DEPLOYMENT, options).catch(() => undefined),
  ]);
  if (!config && !deployment) return undefined;
  const replicas = deployment?.spec?.replicas ?? config?.spec?.replicas ?? 1;
  return {
    storage: storageOf(config, deployment)?.kind,
    replicas,
    isEphemeral: rolloutLoss({ config, deployment }) !== undefined,
    isCacheOff: fromDeployment(deployment).cache === '',
  };
}
