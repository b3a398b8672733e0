export type { KubeList, KubeObject, ObjectMeta } from '../model/kube.js';

/**
 * What regadm needs from an API server, as a port: `openCluster` returns one that talks to a real server, tests may hand in another.
 * Paths are absolute (`/apis/image.openshift.io/v1/images`).
 */
export interface ClusterApi {
  /** The server's URL, without credentials. */
  readonly server: string;
  /** The namespace of the kubeconfig's context, `default` if it has none. */
  readonly namespace: string;
  /** One request; any status is returned, retried ones (429, 5xx, connection errors) after retries. */
  request(method: string, path: string, options?: ApiRequestOptions): Promise<ApiResponse>;
  /** GET that must answer 200 with JSON. @throws ApiError */
  get<T>(path: string, options?: ApiRequestOptions): Promise<T>;
  /** Answer body as it comes (watches, logs); ends when the server ends it or `signal` aborts. @throws ApiError when the status is not 200 */
  stream(path: string, options?: ApiRequestOptions): Promise<ApiStream>;
  /** Runs a command in a container and hands over its output as it comes. */
  exec(target: ExecTarget, command: string[], output: ExecOutput): Promise<ExecResult>;
  /** The bearer token that requests carry, for the registry; undefined for client certificates. */
  token(): Promise<string | undefined>;
  /** PEM of the authority that the kubeconfig trusts, if it names one. */
  readonly certificateAuthority?: Buffer;
  /** The kubeconfig's `insecure-skip-tls-verify`, or the flag. */
  readonly insecure: boolean;
  /** Ends idle connections, so that the process can end. */
  close(): Promise<void>;
}

export interface ApiRequestOptions {
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /** Defaults to `application/json`; a merge patch is `application/merge-patch+json`. */
  contentType?: string;
  /** 0 for none (watches); defaults to `--request-timeout`. */
  timeoutMs?: number;
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** False: one try, the caller handles what fails. */
  retry?: boolean;
  /** Stands before every further try, since waits can be long: what it throws ends the tries. */
  beforeRetry?: () => Promise<void>;
}

export interface ApiResponse {
  /** Method and path of the request, for messages: `GET /api/v1/pods`. */
  request: string;
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  /** The body as JSON. @throws ApiError when it is none */
  json<T>(): T;
}

export interface ApiStream {
  headers: Record<string, string | string[] | undefined>;
  chunks: AsyncIterable<Buffer>;
  close(): void;
}

export interface ExecTarget {
  namespace: string;
  pod: string;
  container?: string;
}

export interface ExecOutput {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  signal?: AbortSignal;
}

/** `exitCode` from the channel's status; undefined when the connection broke before one came. */
export interface ExecResult {
  exitCode?: number;
  message?: string;
}
