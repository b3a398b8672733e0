import { MANIFEST_LIMIT_BYTES } from '../kit/limits.js';
import type { Digest } from '../model/digest.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import { notOpenShift, responseError, type RequestDescription } from './response-error.js';
import type { Deletion, DeletionOptions, Manifest, ReadOptions, Registry } from './api.js';
import { isEmpty, isGone, refuseWebPage, requireManifest } from './content/answers.js';
import { ContentReader } from './content/reader.js';
import { ContentWriter } from './content/writer.js';
import { failure } from './failure.js';
import { MANIFEST_TYPES } from './manifest-types.js';
import { paths, type Tag } from './paths.js';
import { Requests, type Answered, type Token, type Waits } from './requests.js';
import { registryErrorIn } from './response/registry-message.js';
import type { Transport } from './transport.js';
import { bearerChallenge, type BearerChallenge } from './response/challenge.js';

export interface ClientOptions {
  transport: Transport;
  verified: boolean;
  token?: Token;
  /** For tests. */
  retry?: Waits;
}

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
  private readonly reader: ContentReader;
  private readonly writer: ContentWriter;

  constructor({ transport, verified, token, retry }: ClientOptions) {
    this.url = transport.origin;
    this.verified = verified;
    this.transport = transport;
    this.requests = new Requests(transport, token, retry);
    this.reader = new ContentReader(this.requests);
    this.writer = new ContentWriter(this.requests, transport.origin);
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
    requireManifest(answered, reference);
    return parseManifest(answered);
  }

  async checkLogin(options: ReadOptions = {}): Promise<void> {
    const answered = await this.requests.send({ method: 'GET', path: '/v2/', ...options });
    if (answered.response.status !== 200) throw responseError(answered.response, { ...answered, what: 'login' });
    // A server can redirect everything to its login page, which it sends with 200.
    refuseWebPage(answered);
  }

  findBlob: Registry['findBlob'] = (...wanted) => this.reader.findBlob(...wanted);
  findManifest: Registry['findManifest'] = (...wanted) => this.reader.findManifest(...wanted);
  readManifest: Registry['readManifest'] = (...wanted) => this.reader.readManifest(...wanted);
  readBlob: Registry['readBlob'] = (...wanted) => this.reader.readBlob(...wanted);
  mountBlob: Registry['mountBlob'] = (...wanted) => this.writer.mountBlob(...wanted);
  uploadBlob: Registry['uploadBlob'] = (...wanted) => this.writer.uploadBlob(...wanted);
  putManifest: Registry['putManifest'] = (...wanted) => this.writer.putManifest(...wanted);

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

function parseManifest(answered: Answered): Manifest {
  const { response, url } = answered;
  try {
    const manifest = JSON.parse(response.text) as unknown;
    if (typeof manifest === 'object' && manifest !== null) return manifest as Manifest;
  } catch {
    // Not JSON: the error below describes the body.
  }
  refuseWebPage(answered);
  // With the status, it is a failure of this manifest, not of the registry.
  throw failure('answer', 'answered with a manifest that cannot be read', url, { status: response.status });
}
