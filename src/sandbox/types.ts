import type { KubeObject } from '../core/model/kube.js';

export type Server = 'api' | 'registry';

/** The setup of a sandbox; everything is optional. */
export interface SandboxOptions {
  /**
   * Objects by resource name (`images`, `pods`, `services.serving.knative.dev`); kind, apiVersion and uid are
   * optional.
   */
  cluster?: Record<string, unknown[]>;
  /** The sample data, in addition to `cluster`. */
  sample?: boolean;
  /**
   * The registry's own pruner can prune the sample data: its service account has its role, and the children of the
   * image index have tags. Default: false, so that a run in the pod has to grant the role, and is refused.
   */
  prunableInPod?: boolean;
  /** Number of images to which the sample data is enlarged, approximately. */
  images?: number;
  /** Directory for the kubeconfigs and the registry's storage (default: a temporary one that `stop` removes). */
  dir?: string;
  /**
   * `files`: real files in the registry's layout, the default for sample data; `none`: in memory, the default
   * otherwise.
   */
  storage?: 'files' | 'none';
  /** Fault rules; see docs/sandbox.md. */
  fail?: string[];
  /** Maximum items per page of a list, even if `limit` is higher. */
  pageLimitMax?: number;
  /** Delay of every response, in ms. */
  latencyMs?: number;
  registryReadOnly?: boolean;
  /** The registry's volume is an emptyDir, which every roll-out empties (default: a claim). */
  emptyDir?: boolean;
  /** Resources that get 404, as if their API group did not exist. */
  missing?: string[];
  /** Serves the registry over plain HTTP. */
  http?: boolean;
  /** Simulates the operator with the registry's Deployment and pods (default: true, unless only `cluster` is given). */
  operator?: boolean;
  /** Number of registry pods (default: 1). One is rolled out with `Recreate`, more with `RollingUpdate`. */
  replicas?: number;
  /** Time between two steps of a roll-out or job, in ms (default: 30); `manual`: only `rollout.step()` makes steps. */
  rolloutStepMs?: number | 'manual';
  /**
   * Starts Jobs by the schedules of the CronJobs, with the real time or a given one (default: no, so that no test
   * depends on the time of day).
   */
  cronJobs?: boolean | SandboxClock;
  managementState?: 'Managed' | 'Unmanaged' | 'Removed';
  port?: number;
  registryPort?: number;
  /** Time at which the clock of the sandbox starts, for Date headers and creation times (default: the real time). */
  now?: string | number | Date;
  /** A fault of the registry's certificate (default: `good`). */
  registryCertificate?: CertificateKind;
  /** A fault of the API server's certificate (default: `good`). */
  apiCertificate?: CertificateKind;
  /** Called with every request when the response is sent or dropped. */
  log?: (record: RequestRecord) => void;
  /** Additional resource kinds to serve. */
  customResources?: CustomResource[];
}

/** The state of a server's certificate. */
export type CertificateKind = 'good' | 'expired' | 'other-name' | 'unknown-authority';

/** The time, and a timer. */
export interface SandboxClock {
  /** Returns the time in ms since the epoch. */
  now(): number;
  /** Calls `run` once after a time in ms. @returns a function that cancels it */
  after(ms: number, run: () => void): () => void;
}

/** A resource kind beyond the built-in ones. */
export interface CustomResource {
  group: string;
  version: string;
  resource: string;
  kind: string;
  namespaced: boolean;
}

/** An entry of the request log. */
export interface RequestRecord {
  /** Time of arrival by the clock of the sandbox, in ms since the epoch. */
  at: number;
  server: Server;
  /** Name of the managed cluster that got it; undefined: the sandbox itself. Only in the argument of `log`. */
  cluster?: string;
  method: string;
  path: string;
  /** HTTP status; 0 if no response was sent (reset, hang). */
  status: number;
  user: string;
}

/** A request before it is handled, as hooks see it. */
export interface RequestInfo {
  server: Server;
  method: string;
  path: string;
  user: string;
  /** Number of the request among all, from 1. */
  index: number;
}

/**
 * What happens to a request instead of, or in addition to, its normal response. Of a command in a pod, `cut` loses the
 * connection after the first message, `after` runs the command without a connection, and `rewrite` changes every
 * message.
 */
export type FaultAction =
  | { do: 'status'; status: number; retryAfter?: number }
  | { do: 'reset' }
  | { do: 'cut' }
  | { do: 'hang' }
  | { do: 'html' }
  /** 410 for the next page of a list, with a token that continues from the current state. */
  | { do: 'expired' }
  | { do: 'slow'; ms: number }
  /** The response arrives byte by byte, with a pause before each one. */
  | { do: 'trickle'; ms: number }
  /** The request is executed, but its response is lost: the client gets `status` or a reset. */
  | { do: 'after'; status?: number }
  /** The request is not executed; the client gets this response instead. */
  | { do: 'respond'; status: number; contentType?: string; body: string }
  /** The request is executed; the client gets a changed body (of a watch: every event is changed). */
  | { do: 'rewrite'; change: (body: string) => string };

export type RequestHook = (
  request: RequestInfo,
) => void | FaultAction | undefined | Promise<void | FaultAction | undefined>;

/** The objects of the simulated cluster. */
export interface SandboxStore {
  list(resource: string, namespace?: string): KubeObject[];
  /** Returns a copy of an object: `get('images', NAME)`, `get('pods', NAMESPACE, NAME)`. */
  get(resource: string, nameOrNamespace: string, name?: string): KubeObject | undefined;
  /** Creates or replaces an object and notifies watches. @returns a copy of the stored object */
  put(resource: string, object: unknown): KubeObject;
  /** Deletes an object and notifies watches. @returns false if it did not exist */
  remove(resource: string, nameOrNamespace: string, name?: string): boolean;
  /** Drops the history: existing continue tokens and older watches get 410. */
  compact(): void;
}

/** A deletion that a client requested from the registry. */
export interface RegistryDeletion {
  kind: 'layer-link' | 'manifest-link' | 'blob';
  repository?: string;
  digest: string;
  status: number;
}

/** Digests of a pushed image. */
export interface PushedImage {
  /** Digest of the manifest. */
  digest: string;
  config: string;
  layers: string[];
}

/** Content of a push; everything is optional. */
export interface PushContent {
  /** Contents of the layers; a layer that exists is shared. */
  layers?: (string | Buffer)[];
  /** Manifest format: OCI (default) or Docker schema 2. */
  format?: 'oci' | 'docker';
  /** Fields of the image configuration, for example to get another digest with the same layers. */
  config?: Record<string, unknown>;
  /** Digests of pushed images; pushes an index of them instead of an image. */
  manifests?: string[];
  /** Digest that the manifest names as its subject. */
  subject?: string;
  /** Time of the push, RFC 3339 (default: now). */
  created?: string;
}

/** The state of the simulated registry. */
export interface SandboxRegistryState {
  hasBlob(digest: string): boolean;
  hasLayerLink(repository: string, digest: string): boolean;
  hasManifestLink(repository: string, digest: string): boolean;
  blobs(): string[];
  /** Lists `repository@digest`, sorted. */
  layerLinks(): string[];
  manifestLinks(): string[];
  /** All deletions so far, oldest first. */
  readonly deletions: RegistryDeletion[];
  /** Stores an image as a push does: blobs, links, Image object, tag item. @param tag undefined: by digest only */
  push(repository: string, tag: string | undefined, content?: PushContent): PushedImage;
  /** Overrides the mode of the pods; undefined ends this. */
  setReadOnly(readOnly: boolean | undefined): void;
}

/** A rule of a role object. */
export interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

export interface SandboxUser {
  token: string;
  /** Path. */
  kubeconfig: string;
}

export interface RolloutControl {
  /** Makes one step of the operator and the controllers. @returns false if nothing is left to do */
  step(): boolean;
  /** Makes steps until nothing is left to do. */
  finish(): void;
}

/** A running sandbox. */
export interface Sandbox {
  readonly apiUrl: string;
  readonly registryUrl: string;
  /** Directory of everything that the sandbox writes. */
  readonly dir: string;
  /** Path of the authority's certificate. */
  readonly caFile: string;
  /** Directory of `docker/registry/v2`; exists with storage `files` only. */
  readonly storageDir: string;
  readonly tokens: { admin: string; pruner: string; nobody: string; registry: string };
  /** Paths by user. */
  readonly kubeconfig: { admin: string; pruner: string; nobody: string };
  /** The request log, oldest first. */
  readonly requests: RequestRecord[];
  readonly store: SandboxStore;
  readonly registry: SandboxRegistryState;
  readonly rollout: RolloutControl;
  /** Adds a user with these rules, cluster-wide. */
  addUser(name: string, rules: PolicyRule[]): SandboxUser;
  /** Calls `hook` before every request is handled; the action that it returns is applied. */
  onRequest(hook: RequestHook): void;
  /** @throws RegadmError (USAGE) for an invalid rule */
  addFault(rule: string): void;
  clearFaults(): void;
  /** Waits until no command runs in a pod. */
  commandsEnded(): Promise<void>;
  /** Closes every connection and removes the temporary directory. */
  stop(): Promise<void>;
}
