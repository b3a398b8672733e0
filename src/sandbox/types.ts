import type { KubeObject } from '../core/model/kube.js';

export type Server = 'api' | 'registry';

/** How the sandbox is set up; everything is optional. */
export interface SandboxOptions {
  /** Objects by resource name (`images`, `pods`, `services.serving.knative.dev`); items may lack kind and apiVersion. */
  cluster?: Record<string, unknown[]>;
  /** The sample data, in addition to `cluster`. */
  sample?: boolean;
  /** Enlarges the sample data to about this many images. */
  images?: number;
  /** Where the authority, the kubeconfigs and the registry's storage go; default a fresh folder that `stop` removes. */
  dir?: string;
  /** `files`: real files in the registry's layout; `none`: sets in memory. Default `files` for the sample data, else `none`. */
  storage?: 'files' | 'none';
  /** Fault rules, see docs/sandbox.md. */
  fail?: string[];
  /** The largest page that a list answers with, whatever `limit` says. */
  pageLimitMax?: number;
  /** Added to every answer. */
  latencyMs?: number;
  registryReadOnly?: boolean;
  /** Resources that answer 404 as if their API group did not exist. */
  missing?: string[];
  /** The registry over plain http. */
  http?: boolean;
  /** The operator, the registry's Deployment and pods, ImagePruner, roles. Default: unless `cluster` alone is given. */
  operator?: boolean;
  /** The registry's pods. Default 1, which means `Recreate`; more means `RollingUpdate`. */
  replicas?: number;
  /** Time between two steps of a roll-out or a job, default 30; `manual`: only `rollout.step()`. */
  rolloutStepMs?: number | 'manual';
  managementState?: 'Managed' | 'Unmanaged' | 'Removed';
  port?: number;
  registryPort?: number;
  /** The moment at which the sandbox's clock starts (Date headers, creation times); default the real one. */
  now?: string | number | Date;
  /** What is wrong with the registry's certificate. */
  registryCertificate?: 'good' | 'expired' | 'other-name' | 'unknown-authority';
  /** Called with every request once it has been answered, or given up. */
  log?: (record: RequestRecord) => void;
  /** Further resource kinds that are served. */
  customResources?: CustomResource[];
}

export interface CustomResource {
  group: string;
  version: string;
  resource: string;
  kind: string;
  namespaced: boolean;
}

export interface RequestRecord {
  at: number;
  server: Server;
  method: string;
  path: string;
  /** 0: no answer was given (reset, hang). */
  status: number;
  user: string;
}

/** What a hook sees of a request that is about to be handled; `index` counts all requests, from 1. */
export interface RequestInfo {
  server: Server;
  method: string;
  path: string;
  user: string;
  index: number;
}

/** What is done instead of, or to, an answer. */
export type FaultAction =
  | { do: 'status'; status: number; retryAfter?: number }
  | { do: 'reset' }
  | { do: 'cut' }
  | { do: 'hang' }
  | { do: 'html' }
  /** 410 for the next page of a list, with the token for the inconsistent rest. */
  | { do: 'expired' }
  | { do: 'slow'; ms: number }
  /** The request is carried out, its answer is lost: `status` instead, or a reset. */
  | { do: 'after'; status?: number };

export type RequestHook = (
  request: RequestInfo,
) => void | FaultAction | undefined | Promise<void | FaultAction | undefined>;

export interface SandboxStore {
  list(resource: string, namespace?: string): KubeObject[];
  /** `get('images', NAME)`, `get('pods', NAMESPACE, NAME)`; a copy. */
  get(resource: string, nameOrNamespace: string, name?: string): KubeObject | undefined;
  /** Creates, or replaces the object of that name; fires watches. Returns a copy of what is stored. */
  put(resource: string, object: unknown): KubeObject;
  remove(resource: string, nameOrNamespace: string, name?: string): boolean;
  /** Forgets all history: older continue tokens and watches are answered with 410. */
  compact(): void;
}

export interface RegistryDeletion {
  kind: 'layer-link' | 'manifest-link' | 'blob';
  repository?: string;
  digest: string;
  status: number;
}

export interface PushedImage {
  digest: string;
  config: string;
  layers: string[];
}

export interface PushContent {
  /** Layer contents; those that exist already are shared. */
  layers?: (string | Buffer)[];
  /** `docker` for Docker schema 2; default OCI. */
  format?: 'oci' | 'docker';
  /** Makes the image differ from others with the same layers. */
  config?: Record<string, unknown>;
  /** Digests of pushed images: pushes an index of them instead. */
  manifests?: string[];
  subject?: string;
  /** When it was pushed, RFC 3339; default now. */
  created?: string;
}

export interface SandboxRegistryState {
  hasBlob(digest: string): boolean;
  hasLayerLink(repository: string, digest: string): boolean;
  hasManifestLink(repository: string, digest: string): boolean;
  blobs(): string[];
  /** `repository@digest`, sorted. */
  layerLinks(): string[];
  manifestLinks(): string[];
  readonly deletions: RegistryDeletion[];
  /** Stores an image as a push would: blobs, links, Image object, tag item. `tag` undefined: by digest only. */
  push(repository: string, tag: string | undefined, content?: PushContent): PushedImage;
  /** Overrides what the pods say; undefined: they count again. */
  setReadOnly(readOnly: boolean | undefined): void;
}

export interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

export interface SandboxUser {
  token: string;
  kubeconfig: string;
}

export interface RolloutControl {
  /** One step of what the operator, the Deployment's controller and the jobs' do; false when nothing is left to do. */
  step(): boolean;
  /** Steps until nothing is left to do. */
  finish(): void;
}

export interface Sandbox {
  readonly apiUrl: string;
  readonly registryUrl: string;
  readonly dir: string;
  readonly caFile: string;
  /** Folder that holds `docker/registry/v2` (with storage `files`). */
  readonly storageDir: string;
  readonly tokens: { admin: string; pruner: string; nobody: string; registry: string };
  readonly kubeconfig: { admin: string; pruner: string; nobody: string };
  readonly requests: RequestRecord[];
  readonly store: SandboxStore;
  readonly registry: SandboxRegistryState;
  readonly rollout: RolloutControl;
  /** A user with exactly these rules (cluster-wide); returns the token and a kubeconfig. */
  addUser(name: string, rules: PolicyRule[]): SandboxUser;
  /** Called before a request is handled; what it returns is done to the request. */
  onRequest(hook: RequestHook): void;
  addFault(rule: string): void;
  clearFaults(): void;
  stop(): Promise<void>;
}
