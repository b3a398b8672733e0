import { isDigest } from '../../core/model/digest.js';
import type { Permissions } from '../api/permissions.js';
import { jsonResponse, type SandboxResponse, type SandboxRequest } from '../http/response.js';
import type { RegistryDeletion } from '../types.js';
import { PRUNE, RegistryAccess, requestToken } from './access.js';
import {
  blobUnknown,
  created,
  digestInvalid,
  errorResponse,
  manifestUnknown,
  manifestMediaType,
  notAllowed,
  registryResponse,
  pageNotFound,
  readOnlyResponse,
  unauthorized,
  unknownError,
  VERSION,
  withVersion,
} from './responses.js';
import { sha256Digest } from './digest.js';
import { storeManifest, type PushContext } from './store-manifest.js';
import { deleteManifestLink, type LinkKind } from './storage.js';
import { digestsIn } from './manifest.js';
import { isServed } from './served.js';
import { findStream, listedImages, taggedImage } from './streams.js';
import { RegistryUploads } from './uploads.js';

export interface RegistryContext extends PushContext {
  permissions: Permissions;
  readOnly(): boolean;
  recordDeletion(deletion: RegistryDeletion): void;
}

/** What `/v2/REPOSITORY/blobs/DIGEST` or `/v2/REPOSITORY/manifests/DIGEST-OR-TAG` names. */
interface Target {
  repository: string;
  kind: LinkKind;
  reference: string;
}

const REPOSITORY = /^\/v2\/([^/]+\/[^/]+)\/(blobs|manifests)\/([^/]+)$/;
const UPLOAD = /^\/v2\/([^/]+\/[^/]+)\/blobs\/uploads\/([^/]*)$/;

/** Simulates the OpenShift registry; every response is recorded from the real one. */
export class RegistryServer {
  private readonly uploads: RegistryUploads;
  readonly access: RegistryAccess;

  constructor(private readonly context: RegistryContext) {
    this.uploads = new RegistryUploads(context.storage);
    this.access = new RegistryAccess(context.permissions);
  }

  handle(request: SandboxRequest): SandboxResponse {
    const { path, method } = request;
    if (path === '/' || path === '/healthz') return { status: 200, headers: { 'cache-control': 'no-cache' }, body: '' };
    if (path === '/openshift/token') return issueToken(request);
    if (path === '/v2' || path === '/v2/') return this.access.refuseUnknown(request) ?? registryResponse({});
    const admin = /^\/admin\/blobs\/([^/]+)$/.exec(path);
    if (admin) return method === 'DELETE' ? this.deleteBlob(request, admin[1]!) : notAllowed('DELETE');
    const upload = UPLOAD.exec(path);
    if (upload) {
      const [, repository = '', id = ''] = upload;
      return this.refusePush(request, repository) ?? this.uploads.handle(request, repository, id);
    }
    const [, repository, part, reference = ''] = REPOSITORY.exec(path) ?? [];
    if (!repository) return pageNotFound();
    return this.repository(request, { repository, kind: part === 'blobs' ? 'layer' : 'manifest', reference });
  }

  /** Makes the response that a fault rule requests. */
  statusResponse(status: number, request: SandboxRequest): SandboxResponse {
    if (status === 401) return unauthorized(request, PRUNE, 'denied');
    if (status === 403) return errorResponse(status, 'DENIED', 'requested access to the resource is denied');
    return status === 429
      ? errorResponse(status, 'TOOMANYREQUESTS', 'too many requests')
      : errorResponse(status, 'UNKNOWN', 'unknown error');
  }

  private repository(request: SandboxRequest, target: Target): SandboxResponse {
    const { method } = request;
    if (target.kind === 'layer' && !isDigest(target.reference)) return pageNotFound();
    if (method === 'DELETE') return this.deleteLink(request, target);
    if (method === 'PUT' && target.kind === 'manifest') return this.putManifest(request, target);
    if (method !== 'GET' && method !== 'HEAD') return notAllowed('GET, HEAD, PUT, DELETE');
    return this.read(request, target);
  }

  private read(request: SandboxRequest, { repository, kind, reference }: Target): SandboxResponse {
    const refused = this.access.refuse(request, 'pull', repository);
    if (refused) return refused;
    const { storage } = this.context;
    const digest = isDigest(reference) ? reference : this.taggedImage(repository, reference);
    const linked =
      digest &&
      (storage.hasLink(kind, repository, digest) || isServed(this.context.store, { kind, repository, digest }));
    const content = linked ? storage.readBlob(digest) : undefined;
    if (!content) return kind === 'layer' ? blobUnknown() : manifestUnknown();
    const type = kind === 'layer' ? 'application/octet-stream' : manifestMediaType(content);
    const headers = { ...VERSION, 'content-type': type, 'docker-content-digest': digest!, etag: `"${digest}"` };
    if (request.method === 'HEAD')
      return { status: 200, headers: { ...headers, 'content-length': String(content.length) } };
    return { status: 200, headers, body: content };
  }

  private deleteLink(request: SandboxRequest, { repository, kind, reference }: Target): SandboxResponse {
    if (this.context.readOnly()) return readOnlyResponse();
    const refused = this.access.refuse(request, 'delete', repository);
    if (refused) return refused;
    if (!isDigest(reference)) return digestInvalid();
    const response =
      kind === 'layer' ? this.deleteLayer(repository, reference) : this.deleteManifest(repository, reference);
    this.context.recordDeletion({ kind: `${kind}-link`, repository, digest: reference, status: response.status });
    return response;
  }

  private deleteLayer(repository: string, digest: string): SandboxResponse {
    return this.context.storage.deleteLink('layer', repository, digest)
      ? { status: 202, headers: VERSION }
      : blobUnknown();
  }

  private deleteManifest(repository: string, digest: string): SandboxResponse {
    const { store, storage } = this.context;
    if (!findStream(store, repository)) return unknownError();
    if (this.isListed(repository, digest)) return errorResponse(405, 'UNSUPPORTED', 'The operation is unsupported.');
    return deleteManifestLink(storage, repository, digest) ? { status: 202, headers: VERSION } : manifestUnknown();
  }

  /** Works in read-only mode too (recorded), which is why regadm checks the mode before the first deletion. */
  private deleteBlob(request: SandboxRequest, digest: string): SandboxResponse {
    if (!isDigest(digest)) return pageNotFound();
    const refused = this.access.refusePrune(request);
    if (refused) return refused;
    this.context.storage.deleteBlob(digest);
    this.context.recordDeletion({ kind: 'blob', digest, status: 204 });
    return { status: 204, headers: VERSION };
  }

  private putManifest(request: SandboxRequest, { repository, reference }: Target): SandboxResponse {
    const refused = this.refusePush(request, repository);
    if (refused) return refused;
    const tag = isDigest(reference) ? undefined : reference;
    if (tag === undefined && sha256Digest(request.body) !== reference) return digestInvalid();
    const invalid = this.refuseManifest(repository, request.body);
    if (invalid) return invalid;
    // The stream gets the tag item; without a tag, the registry only creates the Image object.
    if (tag !== undefined && !findStream(this.context.store, repository)) return unknownError();
    const digest = storeManifest(this.context, { repository, tag, body: request.body });
    return created(`/v2/${repository}/manifests/${digest}`, digest);
  }

  /** Returns the 400 for a manifest that is not JSON, or names what the repository does not have. */
  private refuseManifest(repository: string, body: Buffer): SandboxResponse | undefined {
    const { storage } = this.context;
    const named = digestsIn(body);
    if (!named) return errorResponse(400, 'MANIFEST_INVALID', 'manifest invalid');
    const exists = (kind: LinkKind, digest: string): boolean =>
      storage.hasLink(kind, repository, digest) && storage.hasBlob(digest);
    const isComplete =
      named.blobs.every((digest) => exists('layer', digest)) &&
      named.manifests.every((digest) => exists('manifest', digest));
    return isComplete ? undefined : errorResponse(400, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry');
  }

  private refusePush(request: SandboxRequest, repository: string): SandboxResponse | undefined {
    return this.context.readOnly() ? readOnlyResponse() : this.access.refuse(request, 'push', repository);
  }

  private isListed(repository: string, digest: string): boolean {
    const stream = findStream(this.context.store, repository);
    return stream !== undefined && listedImages(stream).has(digest);
  }

  private taggedImage(repository: string, tag: string): string | undefined {
    const stream = findStream(this.context.store, repository);
    return stream && taggedImage(stream, tag);
  }
}

/** Returns the token of the request itself, as OpenShift's token server does. */
function issueToken(request: SandboxRequest): SandboxResponse {
  const token = requestToken(request) ?? 'anonymous';
  return withVersion(jsonResponse({ access_token: token, token }));
}
