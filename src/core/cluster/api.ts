import type { Traffic } from '../kit/traffic.js';

export type { KubeObject } from '../model/kube.js';

/**
 * The port to an API server: `openCluster` returns the implementation for real servers, tests use a fake. Paths are
 * absolute (`/apis/image.openshift.io/v1/images`).
 */
export interface ClusterApi {
  /** URL of the server, without credentials. */
  readonly server: string;
  /** Namespace of the kubeconfig's context, or `default`. */
  readonly namespace: string;
  /** Sends a request and returns the response, whatever its status. 429, 5xx and connection errors are retried. */
  request(method: string, path: string, options?: ApiRequestOptions): Promise<ApiResponse>;
  /**
   * Sends a GET request and returns the object in its response.
   * @throws ApiError for every status except 200, and for a response that is not an object of the API
   */
  get<T>(path: string, options?: ApiRequestOptions): Promise<T>;
  /**
   * Streams the body of a response (watches, logs) until the server ends it or `signal` aborts.
   * @throws ApiError for every status except 200
   */
  stream(path: string, options?: ApiRequestOptions): Promise<ApiStream>;
  /** Runs a command in a container and streams its output. */
  exec(target: ExecTarget, command: string[], output: ExecOutput): Promise<ExecResult>;
  /**
   * Returns the bearer token of requests, for the registry; undefined for client certificates.
   * @param rejected a token that the registry has rejected: it is read again unless there is another one already
   */
  token(rejected?: string): Promise<string | undefined>;
  /** Who sends the requests, as the kubeconfig names them. */
  readonly identity?: Identity;
  /** User as whom requests to the API server run (`--as`, or `as` in the kubeconfig). */
  readonly impersonatedUser?: string;
  /** Authority that the kubeconfig trusts, PEM. */
  readonly certificateAuthority?: Buffer;
  /** True when the server's certificate is not verified. */
  readonly insecure: boolean;
  /** Whether responses have arrived slowly: then large ones are better requested compressed. */
  readonly link?: { readonly isSlow: boolean };
  /** The requests that were sent, those to the registry included. */
  readonly traffic?: Traffic;
  /** Closes idle connections, so that the process can exit. */
  close(): Promise<void>;
}

export interface Identity {
  /** Name of the kubeconfig's context; absent without one. */
  context?: string;
  /** The kubeconfig's name of the user, or what it is in a pod; absent without one. */
  user?: string;
  /** True if a token was given, which replaces the credentials of the user. */
  hasGivenToken: boolean;
}

export interface ApiRequestOptions {
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /** Default `application/json`; a merge patch is `application/merge-patch+json`. */
  contentType?: string;
  /** Timeout of the whole request, in ms; 0: none. Default: the request timeout of the connection. */
  timeoutMs?: number;
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** Maximum size of the body, in bytes, after decompression. Default 64 MiB. */
  bodyLimit?: number;
  /** True if the request checks again what was listed before: such requests are counted apart. */
  recheck?: boolean;
  /** False if the run continues without the response. Default: true. */
  isAwaited?: boolean;
  /** Memory for the body. Default: new memory. The caller releases it. */
  buffers?: BodyBuffers;
  /** False: no retry, the caller handles failures. */
  retry?: boolean;
  /** Maximum attempts, the first one included. Default 6. */
  tries?: number;
  /** Maximum attempts if the responses are rejected by `validate`. Default: `tries`. */
  unusableTries?: number;
  /** Gets the error of each attempt after which the request is retried. */
  onRetry?: (error: Error) => void;
  /** Runs before each retry, and after a long wait for credentials. It stops the request by throwing. */
  beforeRetry?: () => Promise<void>;
  /**
   * Checks every response that reports success (200, 201, 202). What it throws makes that response a failure like a
   * 500: the request is retried, and the last attempt's error is thrown.
   */
  validate?: (response: ApiResponse) => void;
}

/** Memory that is used for one body after the other. */
export interface BodyBuffers {
  /**
   * Returns a buffer.
   * @param size its minimum size, in bytes; undefined: the largest one that is free
   */
  take(size?: number): Buffer;
  /** Makes a buffer free that nobody reads any longer. Those that are not from `take` are ignored. */
  release(buffer: Uint8Array): void;
}

export interface ApiResponse {
  /** Method and path of the request, for messages: `GET /api/v1/pods`. */
  request: string;
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  /** What to do about the proxy of the connection, if there is one. */
  proxyRemedies?: readonly string[];
  /** Parses the body. @throws ApiError when it is not a JSON object */
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

/** Result of a command; `exitCode` is undefined when the connection ended before the server reported it. */
export interface ExecResult {
  exitCode?: number;
  message?: string;
  /** True when the connection was given up because the server no longer answered. */
  silent?: boolean;
}
