import { MANIFEST_LIMIT_BYTES } from '../kit/limits.js';
import type { RetryOptions } from '../kit/retry.js';
import { isDigest, type Digest } from '../model/digest.js';
import { OCI_ARTIFACT } from '../model/image.js';
import { quote } from '../model/names/quote.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import { notOpenShift, registryErrorIn, responseError, type RequestDescription } from './response-error.js';
import type { Deletion, DeletionOptions, Manifest, ReadOptions, Registry } from './api.js';
import { failure } from './failure.js';
import type { RegistryError } from './error.js';
import { ADVICE } from '../model/advice.js';
import { paths, type Tag } from './paths.js';
import { Requests, type Answered, type Token } from './requests.js';
import type { HttpResponse, Transport } from './transport.js';
import { bearerChallenge, type BearerChallenge } from './response/challenge.js';
import { isWebPage } from '../kit/web-page.js';

export interface ClientOptions {
  transport: Transport;
  verified: boolean;
  token?: Token;
  /** For tests. */
  retry?: Partial<RetryOptions<HttpResponse>>;
}

/** Media types that a manifest is requested in; the registry decides which of them it serves. */
const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  OCI_ARTIFACT,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/** Expected responses to a deletion: the status of success, and the error codes for what no longer exists. */
interface Expected {
  status: number;
  gone: readonly string[];
}

const MANIFEST_GONE = ['MANIFEST_UNKNOWN', 'NAME_UNKNOWN'];
const LAYER_LINK: Expected = { status: 202, gone: ['BLOB_UNKNOWN', 'NAME_UNKNOWN'] };
const MANIFEST_LINK: Expected = { status: 202, gone: MANIFEST_GONE };
const BLOB: Expected = { status: 204, gone: ['BLOB_UNKNOWN'] };

/** A registry whose origin has been probed. Each method is one endpoint with its expected status. */
export class HttpRegistry implements Registry {
  readonly url: string;
  readonly verified: boolean;
  private readonly transport: Transport;
  private readonly requests: Requests;

  constructor({ transport, verified, token, retry }: ClientOptions) {
    this.url = transport.origin;
    this.verified = verified;
    this.transport = transport;
    this.requests = new Requests(transport, token, retry);
  }

  async deleteLayerLink(repository: RepositoryName, digest: Digest, options?: DeletionOptions): Promise<Deletion> {
    return this.delete('layer-link', paths.layerLink(repository, digest), LAYER_LINK, options);
  }

  async deleteManifestLink(repository: RepositoryName, digest: Digest, options?: DeletionOptions): Promise<Deletion> {
    return this.delete('manifest-link', paths.manifestLink(repository, digest), MANIFEST_LINK, options);
  }

  async deleteBlob(digest: Digest, options?: DeletionOptions): Promise<Deletion> {
    return this.delete('blob', paths.blob(digest), BLOB, options);
  }

  async probeBlobDeletion(digest: Digest, options: ReadOptions = {}): Promise<void> {
    const answered = await this.requests.send({ method: 'DELETE', path: paths.blob(digest), ...options });
    const { response } = answered;
    if (response.status === BLOB.status || isGone(response, ['BLOB_UNKNOWN'])) return;
    if (response.status === 404 && !registryErrorIn(response)) throw notOpenShift(answered.url, await this.challenge());
    throw responseError(response, { ...answered, what: 'blob' });
  }

  async getManifest(
    repository: RepositoryName,
    reference: Digest | Tag,
    options: ReadOptions = {},
  ): Promise<Manifest | undefined> {
    const answered = await this.requests.send({
      method: 'GET',
      path: paths.manifest(repository, reference),
      headers: { accept: MANIFEST_TYPES },
      bodyLimit: MANIFEST_LIMIT_BYTES,
      ...options,
    });
    if (isGone(answered.response, MANIFEST_GONE)) return undefined;
    if (answered.response.status !== 200) throw responseError(answered.response, { ...answered, what: 'manifest' });
    checkDigest(answered, reference);
    return parseManifest(answered);
  }

  async checkLogin(options: ReadOptions = {}): Promise<void> {
    const answered = await this.requests.send({ method: 'GET', path: '/v2/', ...options });
    if (answered.response.status !== 200) throw responseError(answered.response, { ...answered, what: 'login' });
    // A server can redirect everything to its login page, which it sends with 200.
    if (isWebPage(answered.response)) throw webPage(answered);
  }

  async close(): Promise<void> {
    await this.transport.close();
  }

  /** Returns what the server asks for when no credentials are sent, which names its kind. */
  private async challenge(): Promise<BearerChallenge | undefined> {
    const response = await this.transport.request('GET', '/v2/').catch(() => undefined);
    return response && bearerChallenge(response);
  }

  private async delete(
    what: RequestDescription['what'],
    path: string,
    { status, gone }: Expected,
    options?: DeletionOptions,
  ): Promise<Deletion> {
    const answered = await this.requests.send({ method: 'DELETE', path, ...options });
    if (answered.response.status === status && isEmpty(answered.response)) return 'deleted';
    if (isGone(answered.response, gone)) return 'gone';
    // Reports success, but not in the registry's words.
    if (answered.response.status < 400) options?.onUnconfirmed?.();
    throw responseError(answered.response, { ...answered, what });
  }
}

/** True for a response without a body, as the registry confirms deletions. A page of a proxy confirms nothing. */
function isEmpty({ text }: HttpResponse): boolean {
  return text.trim() === '';
}

/** True if the registry states that the object does not exist. A 404 without its error code can come from a proxy. */
function isGone(response: HttpResponse, codes: readonly string[]): boolean {
  return response.status === 404 && codes.includes(registryErrorIn(response)?.code ?? '');
}

/**
 * Checks that a response states the digest that was requested, if it states one. The body is not hashed: recorded and
 * simulated registries have digests that no content has, and whoever controls a registry can delete its content anyway.
 * @throws RegistryError
 */
function checkDigest({ response, url }: Answered, reference: Digest | Tag): void {
  const stated = response.headers['docker-content-digest'];
  if (stated === undefined || stated === reference || !isDigest(reference)) return;
  const what = `answered with another manifest (Docker-Content-Digest ${quote(String(stated))})`;
  throw failure('answer', what, url, { status: response.status });
}

function parseManifest(answered: Answered): Manifest {
  const { response, url } = answered;
  try {
    const manifest = JSON.parse(response.text) as unknown;
    if (typeof manifest === 'object' && manifest !== null) return manifest as Manifest;
  } catch {
    // Not JSON: the error below describes the body.
  }
  if (isWebPage(response)) throw webPage(answered);
  // With the status, it is a failure of this manifest, not of the registry.
  throw failure('answer', 'answered with a manifest that cannot be read', url, { status: response.status });
}

/** Creates the error for a web page instead of what was requested. */
function webPage({ url, proxyRemedies }: Answered): RegistryError {
  const suggestions = [...proxyRemedies, ADVICE.integratedRegistry];
  return failure('answer', 'answered with an HTML page: this is not a registry', url, { suggestions });
}
