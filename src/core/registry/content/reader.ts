import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import type { Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { BlobContent, Found, ManifestContent, ReadOptions } from '../api.js';
import { failure } from '../failure.js';
import { MANIFEST_TYPES } from '../manifest-types.js';
import { paths } from '../paths.js';
import type { Answered, RegistryRequest, Requests } from '../requests.js';
import { contentLength } from '../transport/stream.js';
import { isGone, refuseWebPage, requireDigest, statedLength } from './answers.js';
import { accessError } from './refusal.js';

/** A blob or a manifest of a repository. */
interface Target {
  repository: RepositoryName;
  digest: Digest;
  path: string;
  headers?: Record<string, string>;
  /** True if the registry can redirect to its storage. */
  toStorage: boolean;
}

/** The registry's error codes for what does not exist. */
const UNKNOWN = ['BLOB_UNKNOWN', 'MANIFEST_UNKNOWN', 'NAME_UNKNOWN'];

/** Looks up and reads blobs and manifests. */
export class ContentReader {
  constructor(private readonly requests: Requests) {}

  findBlob(repository: RepositoryName, digest: Digest, options: ReadOptions = {}): Promise<Found | undefined> {
    return this.find(blob(repository, digest), options);
  }

  findManifest(repository: RepositoryName, digest: Digest, options: ReadOptions = {}): Promise<Found | undefined> {
    return this.find(manifest(repository, digest), options);
  }

  async readManifest(
    repository: RepositoryName,
    digest: Digest,
    options: ReadOptions = {},
  ): Promise<ManifestContent | undefined> {
    const target = manifest(repository, digest);
    const answered = await this.send('GET', target, { ...options, bodyLimit: MANIFEST_LIMIT_BYTES });
    if (isGone(answered.response, UNKNOWN)) return undefined;
    requireObject(answered, target);
    const { headers, content = Buffer.alloc(0), status } = answered.response;
    const stated = contentLength(headers);
    if (stated !== undefined && stated !== content.length) {
      const what = `the manifest has ${content.length} instead of ${stated} bytes`;
      throw failure('answer', what, answered.url, { status });
    }
    return {
      content,
      mediaType: String(headers['content-type'] ?? '')
        .split(';', 1)[0]!
        .trim(),
    };
  }

  async readBlob(
    repository: RepositoryName,
    digest: Digest,
    options: ReadOptions = {},
  ): Promise<BlobContent | undefined> {
    const target = blob(repository, digest);
    const answered = await this.send('GET', target, { ...options, isStream: true });
    const { response } = answered;
    if (isGone(response, UNKNOWN)) return undefined;
    try {
      requireObject(answered, target);
    } catch (error) {
      response.stream?.cancel();
      throw error;
    }
    return { bytes: contentLength(response.headers), content: response.stream!.content };
  }

  private async find(target: Target, options: ReadOptions): Promise<Found | undefined> {
    const head = await this.send('HEAD', target, options);
    if (head.response.status !== 404 || head.response.storage !== undefined) return found(head, target);
    // A response to HEAD has no body, which alone tells the registry from a proxy.
    const answered = await this.send('GET', target, { ...options, isStream: true });
    answered.response.stream?.cancel();
    return isGone(answered.response, UNKNOWN) ? undefined : found(answered, target);
  }

  private send(method: 'GET' | 'HEAD', target: Target, more: Partial<RegistryRequest>): Promise<Answered> {
    const { path, headers, toStorage } = target;
    return this.requests.send({ method, path, headers, toStorage, ...more });
  }
}

function blob(repository: RepositoryName, digest: Digest): Target {
  return { repository, digest, path: paths.layerLink(repository, digest), toStorage: true };
}

function manifest(repository: RepositoryName, digest: Digest): Target {
  const path = paths.manifest(repository, digest);
  return { repository, digest, path, headers: { accept: MANIFEST_TYPES }, toStorage: false };
}

function found(answered: Answered, target: Target): Found {
  requireObject(answered, target);
  return { bytes: statedLength(answered) };
}

/** @throws RegistryError unless a response is about the object that was requested */
function requireObject(answered: Answered, { repository, digest }: Target): void {
  const { response } = answered;
  if (response.status !== 200) throw accessError(answered, { action: 'pull', repository });
  refuseWebPage(answered);
  // A storage knows no digests.
  requireDigest(answered, digest, { isOptional: response.storage !== undefined });
}
