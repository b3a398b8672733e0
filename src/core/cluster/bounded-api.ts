import type {
  ApiRequestOptions,
  ApiResponse,
  ApiStream,
  ClusterApi,
  ExecOutput,
  ExecResult,
  ExecTarget,
  Identity,
} from './api.js';

/**
 * The same cluster, for work that must end when a signal aborts: every request ends then, unless it has a signal of its
 * own. Closing it closes the cluster.
 */
export class BoundedApi implements ClusterApi {
  constructor(
    private readonly api: ClusterApi,
    private readonly signal: AbortSignal,
  ) {}

  get server(): string {
    return this.api.server;
  }

  get namespace(): string {
    return this.api.namespace;
  }

  get identity(): Identity | undefined {
    return this.api.identity;
  }

  get impersonatedUser(): string | undefined {
    return this.api.impersonatedUser;
  }

  get certificateAuthority(): Buffer | undefined {
    return this.api.certificateAuthority;
  }

  get insecure(): boolean {
    return this.api.insecure;
  }

  request(method: string, path: string, options?: ApiRequestOptions): Promise<ApiResponse> {
    return this.api.request(method, path, { signal: this.signal, ...withoutAbsent(options) });
  }

  get<T>(path: string, options?: ApiRequestOptions): Promise<T> {
    return this.api.get<T>(path, { signal: this.signal, ...withoutAbsent(options) });
  }

  stream(path: string, options?: ApiRequestOptions): Promise<ApiStream> {
    return this.api.stream(path, { signal: this.signal, ...withoutAbsent(options) });
  }

  exec(target: ExecTarget, command: string[], output: ExecOutput): Promise<ExecResult> {
    return this.api.exec(target, command, { ...output, signal: output.signal ?? this.signal });
  }

  token(rejected?: string): Promise<string | undefined> {
    return this.api.token(rejected);
  }

  close(): Promise<void> {
    return this.api.close();
  }
}

/** Callers pass `signal: undefined` if they have none. */
function withoutAbsent({ signal, ...options }: ApiRequestOptions = {}): ApiRequestOptions {
  return signal ? { ...options, signal } : options;
}
