import { messageOf, RegadmError } from './errors.js';

/** The fields that every document of `-o json` starts with. */
export interface DocumentHeader<Kind extends string, Options = EffectiveOptions> {
  apiVersion: 'regadm/v1';
  kind: Kind;
  /** URL of the API server, as in the kubeconfig, without credentials; absent if no cluster was used. */
  server?: string;
  /** Context of the kubeconfig; absent if no cluster was used, or without a context. */
  context?: string;
  /** Version of regadm. Only files of earlier versions lack it. */
  regadmVersion?: string;
  /** The settings of the run. */
  options?: Options;
  /** The requests of the run to the API server and the registry; absent if no cluster was used. */
  requests?: RequestEntry[];
}

/** The number of requests of one kind, retries included, and the sizes of the responses. */
export interface RequestEntry {
  server: 'api' | 'registry';
  /** Plural name with the group, such as `builds.build.openshift.io`; of the registry: `manifests`, `blobs`, … */
  resource: string;
  /** As in a role: `list`, `get`, `watch`, `delete`, …; of the registry: the HTTP method in lower case. */
  verb: string;
  /** True if they check again what was listed before; absent otherwise. */
  recheck?: true;
  /** Number of requests. */
  count: Count;
  /** Size of the bodies of all responses, after decompression. */
  bytes: Count;
  /** The same as the server sent it. */
  transferredBytes: Count;
}

/**
 * The flags that decide what a command does, in camel case, with their values: those of the command line, of the
 * environment and of the configuration file, and defaults. Flags of the cluster, of credentials and of the output are
 * absent.
 */
export interface EffectiveOptions {
  [flag: string]: unknown;
}

/** The fields of `DocumentHeader` that are the same for all documents of a run. */
export interface DocumentEnvelope {
  server?: string;
  context?: string;
  regadmVersion: string;
  options?: EffectiveOptions;
  requests?: RequestEntry[];
}

/**
 * A time in UTC, RFC 3339.
 * @schema {"pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$"}
 */
export type Timestamp = string;

/**
 * A digest with its algorithm, sha256 in practice.
 * @schema {"pattern": "^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}$"}
 */
export type Digest = string;

/**
 * A number of objects or bytes.
 * @schema {"type": "integer", "minimum": 0}
 */
export type Count = number;

/** A deletion or update that failed. */
export interface Failure {
  /** The object. */
  target: string;
  /** The server's message. */
  message: string;
  /** What to do about it, one sentence each; absent if there is no advice. */
  suggestions?: string[];
}

/**
 * Describes an error as a failure.
 * @param advice added to the suggestions of the error
 */
export function failureOf(target: string, error: unknown, advice: readonly string[] = []): Failure {
  const suggestions = [...(error instanceof RegadmError ? error.suggestions : []), ...advice];
  return { target, message: messageOf(error), ...(suggestions.length > 0 ? { suggestions } : {}) };
}

/** Returns what to do about failures, each remedy once. */
export function remediesOf(failures: readonly Failure[]): string[] {
  return [...new Set(failures.flatMap(({ suggestions = [] }) => suggestions))];
}

/**
 * Result for an entry: what a dry run would do (`Planned`), what was done (`Done`), `gone` (it no longer existed),
 * `skipped` or `failed`.
 * @schema {"allOf": [{"if": {"properties": {"status": {"const": "skipped"}}}, "then": {"required": ["reason"]}}, {"if":
 *   {"properties": {"status": {"const": "failed"}}}, "then": {"required": ["message"]}}]}
 */
export interface EntryStatus<Planned extends string = 'would-delete', Done extends string = 'deleted'> {
  status: Planned | Done | 'gone' | 'skipped' | 'failed';
  /** Why it was skipped; only with the status `skipped`. */
  reason?: string;
  /** The server's message; only with the status `failed`. */
  message?: string;
}
