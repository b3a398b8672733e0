import { createHash } from 'node:crypto';
import { isDigest, sha256Digest, type Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { BlobSource, ManifestContent, ReadOptions } from '../api.js';
import { failure } from '../failure.js';
import { paths, type Tag } from '../paths.js';
import type { Answered, RegistryRequest, Requests } from '../requests.js';
import { isEmpty, requireDigest } from './answers.js';
import { accessError } from './refusal.js';

/** Timeout of the cancellation of an upload, in ms. The registry deletes what remains after a week. */
const CANCEL_MS = 10_000;

type Send = (request: RegistryRequest) => Promise<Answered>;

/** Pushes blobs and manifests. */
export class ContentWriter {
  constructor(
    private readonly requests: Requests,
    /** Scheme, host and port of the registry. */
    private readonly origin: string,
  ) {}

  async mountBlob(
    repository: RepositoryName,
    digest: Digest,
    from: RepositoryName,
    { signal }: ReadOptions = {},
  ): Promise<boolean> {
    const request = { method: 'POST', path: paths.mount(repository, digest, from), signal } as const;
    let isUpload = false;
    const answered = await this.requests.sendTogether(request, async (send) => {
      const started = await send(request);
      isUpload = started.response.status === 202;
      // The registry did not find the blob there, and expects an upload.
      if (isUpload) await cancel(send, this.uploadPath(started, repository));
      return started;
    });
    if (!isUpload) requireCreated(answered, repository, digest);
    return !isUpload;
  }

  async uploadBlob(
    repository: RepositoryName,
    digest: Digest,
    blob: BlobSource,
    { signal }: ReadOptions = {},
  ): Promise<void> {
    const start = { method: 'POST', path: paths.uploads(repository), signal } as const;
    const answered = await this.requests.sendTogether(start, async (send) => {
      const started = await send(start);
      if (started.response.status !== 202) return started;
      const upload = this.uploadPath(started, repository);
      return this.upload({ send, upload }, { digest, blob, signal });
    });
    if (answered.response.status === 202) throw accessError(answered, { action: 'push', repository });
    requireCreated(answered, repository, digest);
  }

  async putManifest(
    repository: RepositoryName,
    reference: Digest | Tag,
    { content, mediaType }: ManifestContent,
    options: ReadOptions = {},
  ): Promise<void> {
    const answered = await this.requests.send({
      method: 'PUT',
      path: paths.manifest(repository, reference),
      headers: { 'content-type': mediaType },
      body: content,
      ...options,
    });
    const digest = isDigest(reference) ? reference : sha256Digest(createHash('sha256').update(content).digest('hex'));
    requireCreated(answered, repository, digest);
  }

  /** Sends the content in one request. @returns the response, after a failure the upload is canceled */
  private async upload(
    { send, upload }: { send: Send; upload: string },
    { digest, blob, signal }: { digest: Digest; blob: BlobSource; signal?: AbortSignal },
  ): Promise<Answered> {
    let isStored = false;
    try {
      const answered = await send({
        method: 'PUT',
        path: `${upload}${upload.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`,
        headers: { 'content-type': 'application/octet-stream' },
        body: blob,
        signal,
      });
      isStored = answered.response.status === 201;
      return answered;
    } finally {
      if (!isStored) await cancel(send, upload);
    }
  }

  /**
   * Returns the path of an upload, with its query.
   * @throws RegistryError for another server, which would get the token, and for another repository
   */
  private uploadPath({ response, url }: Answered, repository: RepositoryName): string {
    const { location } = response.headers;
    const base = `${this.origin}/`;
    const target = typeof location === 'string' && URL.canParse(location, base) ? new URL(location, base) : undefined;
    if (!target) throw failure('answer', 'does not state where to upload (Location)', url, { status: response.status });
    if (target.host !== new URL(base).host) {
      const what = `asks for an upload to another host, ${target.host}, which is refused: the token is not sent there`;
      throw failure('redirect', what, url);
    }
    if (!target.pathname.startsWith(paths.uploads(repository)))
      throw failure('redirect', 'asks for an upload to another repository, which is refused', url);
    return target.pathname + target.search;
  }
}

/**
 * Deletes an upload, so that its data does not stay in the storage. A failure changes nothing else: the registry
 * refuses it if the upload was interrupted.
 */
async function cancel(send: Send, path: string): Promise<void> {
  await send({ method: 'DELETE', path, signal: AbortSignal.timeout(CANCEL_MS) }).catch(() => undefined);
}

/** @throws RegistryError unless the registry states that it has stored exactly this object */
function requireCreated(answered: Answered, repository: RepositoryName, digest: Digest): void {
  const { response } = answered;
  if (response.status !== 201 || !isEmpty(response)) throw accessError(answered, { action: 'push', repository });
  requireDigest(answered, digest);
}
