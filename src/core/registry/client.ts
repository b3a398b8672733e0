import { isConnectionError, retryAfterStatus, withRetry, type Outcome, type RetryOptions } from '../kit/retry.js';
import { answerError, registryCodeOf, type Asked } from './answer-error.js';
import type { BeforeRetry, Deletion, Manifest, Registry } from './api.js';
import { Breaker } from './breaker.js';
import { failure } from './connection-error.js';
import { RegistryError } from './error.js';
import { isHtml } from './probe.js';
import { Throttle } from './throttle.js';
import type { Answer, Transport } from './transport.js';

export interface ClientOptions {
  transport: Transport;
  verified: boolean;
  token?: string | (() => Promise<string | undefined>);
  /** For tests. */
  retry?: Partial<RetryOptions<Answer>>;
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
/** What registries accept at most. */
const MANIFEST_LIMIT = 4 * 1024 * 1024;

/** Waits of 12 to 24 s in all: a registry that is rolled out again is away for ten seconds. */
const TRIES = 8;
/** Enough for a burst of errors, little for a stream that is gone: about two seconds. */
const UNKNOWN_TRIES = 4;
/** Statuses of proxies and routers with no registry behind them. */
const AWAY = new Set([502, 503, 504]);

/** A registry behind an origin that has been probed: one method an endpoint, its expected status beside it. */
export class HttpRegistry implements Registry {
  readonly url: string;
  readonly verified: boolean;
  private readonly breaker = new Breaker();
  private readonly throttle = new Throttle();

  constructor(private readonly options: ClientOptions) {
    this.url = options.transport.origin;
    this.verified = options.verified;
  }

  async deleteLayerLink(
    repository: string,
    digest: string,
    signal?: AbortSignal,
    beforeRetry?: BeforeRetry,
  ): Promise<Deletion> {
    const path = `/v2/${repository}/blobs/${digest}`;
    return this.delete(
      'layer-link',
      path,
      (answer) => deletion(answer, 202, ['BLOB_UNKNOWN', 'NAME_UNKNOWN']),
      signal,
      beforeRetry,
    );
  }

  async deleteManifestLink(
    repository: string,
    digest: string,
    signal?: AbortSignal,
    beforeRetry?: BeforeRetry,
  ): Promise<Deletion> {
    const path = `/v2/${repository}/manifests/${digest}`;
    return this.delete(
      'manifest-link',
      path,
      (answer) => deletion(answer, 202, ['MANIFEST_UNKNOWN', 'NAME_UNKNOWN']),
      signal,
      beforeRetry,
    );
  }

  async deleteBlob(digest: string, signal?: AbortSignal, beforeRetry?: BeforeRetry): Promise<Deletion> {
    return this.delete('blob', `/admin/blobs/${digest}`, (answer) => deletion(answer, 204, []), signal, beforeRetry);
  }

  async getManifest(repository: string, reference: string, signal?: AbortSignal): Promise<Manifest | undefined> {
    const path = `/v2/${repository}/manifests/${reference}`;
    const { answer, hasToken } = await this.send('GET', path, { accept: MANIFEST_TYPES }, signal);
    const url = `GET ${this.url}${path}`;
    if (answer.status === 404 && ['MANIFEST_UNKNOWN', 'NAME_UNKNOWN'].includes(registryCodeOf(answer)?.code ?? ''))
      return undefined;
    if (answer.status !== 200) throw answerError(answer, { what: 'manifest', url, hasToken });
    return parseManifest(answer, url);
  }

  async checkLogin(signal?: AbortSignal): Promise<void> {
    const { answer, hasToken } = await this.send('GET', '/v2/', undefined, signal);
    if (answer.status !== 200) throw answerError(answer, { what: 'manifest', url: `GET ${this.url}/v2/`, hasToken });
  }

  async close(): Promise<void> {
    await this.options.transport.close();
  }

  private async delete(
    what: Asked['what'],
    path: string,
    read: (answer: Answer) => Deletion | undefined,
    signal?: AbortSignal,
    beforeRetry?: BeforeRetry,
  ): Promise<Deletion> {
    const { answer, hasToken } = await this.send('DELETE', path, undefined, signal, beforeRetry);
    const done = read(answer);
    if (done) return done;
    throw answerError(answer, { what, url: `DELETE ${this.url}${path}`, hasToken });
  }

  /** Deleting twice is the same as deleting once, so that every request may be tried again. */
  private async send(
    method: 'GET' | 'DELETE',
    path: string,
    extra: Record<string, string> | undefined,
    signal?: AbortSignal,
    beforeRetry?: BeforeRetry,
  ): Promise<{ answer: Answer; hasToken: boolean }> {
    const { transport, token, retry } = this.options;
    const secret = typeof token === 'function' ? await token() : token;
    const headers = { ...extra, ...(secret ? { authorization: basic(secret) } : {}) };
    const bodyLimit = method === 'GET' ? MANIFEST_LIMIT : undefined;
    this.breaker.enter();
    try {
      const once = async (attempt: number): Promise<Answer> => {
        const turn = await this.throttle.enter();
        let status = 0;
        try {
          if (attempt > 1 || turn.waited) await beforeRetry?.();
          const answer = await transport.request(method, path, { headers, signal, bodyLimit });
          status = answer.status;
          return answer;
        } finally {
          this.throttle.leave(turn, status === 429);
        }
      };
      const answer = await withRetry(once, { tries: TRIES, signal, retryAfter: again, ...retry });
      if (!AWAY.has(answer.status)) this.breaker.answered();
      else
        this.breaker.failed(answerError(answer, { what: 'blob', url: `${method} ${this.url}${path}`, hasToken: true }));
      return { answer: secret ? without(answer, [secret, headers.authorization!]) : answer, hasToken: Boolean(secret) };
    } catch (error) {
      if (isConnectionError(error) && !signal?.aborted) this.breaker.failed(error);
      throw error;
    }
  }
}

/** Any user name will do; the token is the password. */
function basic(token: string): string {
  return `Basic ${Buffer.from(`regadm:${token}`).toString('base64')}`;
}

/** What a server says goes into errors: should it repeat the token, that is taken out. */
function without(answer: Answer, secrets: string[]): Answer {
  if (answer.text === '') return answer;
  const parts = secrets.flatMap((secret) => [secret, secret.replace(/^Basic /, '')]);
  return { ...answer, text: parts.reduce((text, part) => text.replaceAll(part, '(hidden)'), answer.text) };
}

/**
 * A request that got no answer in time is tried once more, everything else as often as there are tries.
 * 500 UNKNOWN is also what a registry says for a stream that does not exist: it is asked again a few times only.
 */
function again(outcome: Outcome<Answer>, attempt: number): number | undefined {
  if ('error' in outcome) {
    if (attempt > 1 && outcome.error instanceof RegistryError && outcome.error.kind === 'timeout') return undefined;
    return isConnectionError(outcome.error) ? 0 : undefined;
  }
  const { status, headers } = outcome.value;
  if (status === 500 && attempt >= UNKNOWN_TRIES && registryCodeOf(outcome.value)?.code === 'UNKNOWN') return undefined;
  return retryAfterStatus(status, headers['retry-after']);
}

/** A 404 counts as gone only in the registry's own words: a proxy's or another server's 404 says nothing about the link. */
function deletion(answer: Answer, expected: number, gone: string[]): Deletion | undefined {
  if (answer.status === expected) return 'deleted';
  return answer.status === 404 && gone.includes(registryCodeOf(answer)?.code ?? '') ? 'gone' : undefined;
}

function parseManifest(answer: Answer, url: string): Manifest {
  try {
    const manifest = JSON.parse(answer.text) as unknown;
    if (typeof manifest === 'object' && manifest !== null) return manifest as Manifest;
  } catch {
    // told below
  }
  throw failure(
    'answer',
    isHtml(answer) ? 'answered with an HTML page: this is no registry' : 'answered with a manifest that cannot be read',
    url,
  );
}
