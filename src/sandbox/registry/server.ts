import { isDigest } from '../../core/model/digest.js';
import { jsonAnswer, textAnswer, type Answer, type SandboxRequest } from '../http/answer.js';
import { ANONYMOUS, type Attributes, type Permissions, type User } from '../api/permissions.js';
import {
  blobUnknown,
  errorAnswer,
  manifestUnknown,
  mediaTypeOf,
  notAllowed,
  ociAnswer,
  readOnlyAnswer,
  created,
  unauthorized,
  VERSION,
  withVersion,
  type Access,
} from './answers.js';
import { RegistryUploads } from './uploads.js';
import { digestOf, putManifest, type PushContext } from './push.js';
import { removeManifestLink, type LinkKind } from './storage.js';
import { listedImages } from './seed.js';
import type { KubeObject } from '../../core/model/kube.js';
import type { RegistryDeletion } from '../types.js';

export interface RegistryContext extends PushContext {
  permissions: Permissions;
  readOnly(): boolean;
  recordDeletion(deletion: RegistryDeletion): void;
}

const REPOSITORY = /^\/v2\/([^/]+\/[^/]+)\/(blobs|manifests)\/([^/]+)$/;
const UPLOAD = /^\/v2\/([^/]+\/[^/]+)\/blobs\/uploads\/([^/]*)$/;

/** The simulated OpenShift registry; every answer is as recorded from the real one. */
export class RegistryServer {
  private readonly uploads: RegistryUploads;

  constructor(private readonly context: RegistryContext) {
    this.uploads = new RegistryUploads(context.storage);
  }

  userName(request: SandboxRequest): string {
    const token = tokenOf(request);
    if (!token) return ANONYMOUS.name;
    return this.context.permissions.userOf(token)?.name ?? 'unknown';
  }

  handle(request: SandboxRequest): Answer {
    const { path, method } = request;
    if (path === '/' || path === '/healthz') return { status: 200, headers: { 'cache-control': 'no-cache' }, body: '' };
    if (path === '/openshift/token') return this.token(request);
    if (path === '/v2' || path === '/v2/') return tokenOf(request) ? this.known(request) : unauthorized(request);
    const admin = /^\/admin\/blobs\/([^/]+)$/.exec(path);
    if (admin) return method === 'DELETE' ? this.deleteBlob(request, admin[1]!) : notAllowed('DELETE');
    const upload = UPLOAD.exec(path);
    if (upload) return this.upload(request, upload[1]!, upload[2]!);
    const part = REPOSITORY.exec(path);
    if (part) return this.repository(request, part[1]!, part[2] as 'blobs' | 'manifests', part[3]!);
    return withVersion(textAnswer('404 page not found\n', 404));
  }

  statusAnswer(status: number, request: SandboxRequest): Answer {
    if (status === 401) return unauthorized(request, { Type: 'admin', Class: '', Name: '', Action: 'prune' }, 'denied');
    return errorAnswer(
      status,
      status === 429 ? 'TOOMANYREQUESTS' : 'UNKNOWN',
      status === 429 ? 'too many requests' : 'unknown error',
    );
  }

  private known(request: SandboxRequest): Answer {
    const user = this.context.permissions.userOf(tokenOf(request)!);
    return user ? ociAnswer({}) : unauthorized(request, undefined, 'denied');
  }

  private token(request: SandboxRequest): Answer {
    const token = tokenOf(request) ?? 'anonymous';
    return withVersion(jsonAnswer({ access_token: token, token }));
  }

  private repository(
    request: SandboxRequest,
    repository: string,
    part: 'blobs' | 'manifests',
    reference: string,
  ): Answer {
    const { method } = request;
    if (part === 'blobs' && !isDigest(reference)) return withVersion(textAnswer('404 page not found\n', 404));
    if (method === 'DELETE') return this.deleteLink(request, repository, part, reference);
    if (method === 'PUT' && part === 'manifests') return this.putManifest(request, repository, reference);
    if (method !== 'GET' && method !== 'HEAD') return notAllowed('GET, HEAD, PUT, DELETE');
    return this.read(request, repository, part, reference);
  }

  private read(request: SandboxRequest, repository: string, part: 'blobs' | 'manifests', reference: string): Answer {
    const access = { Type: 'repository', Class: '', Name: repository, Action: 'pull' };
    const refused = this.refuse(request, access, layers('get', repository));
    if (refused) return refused;
    const { storage } = this.context;
    const digest = isDigest(reference) ? reference : this.taggedImage(repository, reference);
    const kind: LinkKind = part === 'blobs' ? 'layer' : 'manifest';
    const linked =
      digest &&
      (storage.hasLink(kind, repository, digest) || (part === 'manifests' && this.listed(repository).has(digest)));
    const content = linked ? storage.readBlob(digest) : undefined;
    if (!content) return part === 'blobs' ? blobUnknown() : manifestUnknown();
    const type = part === 'blobs' ? 'application/octet-stream' : mediaTypeOf(content);
    const headers = { ...VERSION, 'content-type': type, 'docker-content-digest': digest!, etag: `"${digest}"` };
    if (request.method === 'HEAD')
      return { status: 200, headers: { ...headers, 'content-length': String(content.length) } };
    return { status: 200, headers, body: content };
  }

  private deleteLink(
    request: SandboxRequest,
    repository: string,
    part: 'blobs' | 'manifests',
    reference: string,
  ): Answer {
    if (this.context.readOnly()) return readOnlyAnswer();
    const access = { Type: 'repository', Class: '', Name: repository, Action: 'delete' };
    const refused = this.refuse(request, access, DELETE_IMAGES);
    if (refused) return refused;
    if (!isDigest(reference))
      return errorAnswer(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
    const kind: LinkKind = part === 'blobs' ? 'layer' : 'manifest';
    const answer = kind === 'layer' ? this.layerLink(repository, reference) : this.manifestLink(repository, reference);
    this.context.recordDeletion({ kind: `${kind}-link`, repository, digest: reference, status: answer.status });
    return answer;
  }

  private layerLink(repository: string, digest: string): Answer {
    return this.context.storage.deleteLink('layer', repository, digest)
      ? { status: 202, headers: VERSION }
      : blobUnknown();
  }

  private manifestLink(repository: string, digest: string): Answer {
    const [namespace, name = ''] = repository.split('/');
    const { store, storage } = this.context;
    if (!store.find(store.resource('imagestreams'), namespace, name))
      return errorAnswer(500, 'UNKNOWN', 'unknown error');
    if (this.listed(repository).has(digest)) return errorAnswer(405, 'UNSUPPORTED', 'The operation is unsupported.');
    return removeManifestLink(storage, repository, digest) ? { status: 202, headers: VERSION } : manifestUnknown();
  }

  /** Read-only mode does not stop this: recorded, and the reason for regadm's check before the first deletion. */
  private deleteBlob(request: SandboxRequest, digest: string): Answer {
    if (!isDigest(digest)) return withVersion(textAnswer('404 page not found\n', 404));
    const refused = this.refuse(request, { Type: 'admin', Class: '', Name: '', Action: 'prune' }, DELETE_IMAGES);
    if (refused) return refused;
    this.context.storage.deleteBlob(digest);
    this.context.recordDeletion({ kind: 'blob', digest, status: 204 });
    return { status: 204, headers: VERSION };
  }

  private upload(request: SandboxRequest, repository: string, id: string): Answer {
    const refused = this.refusePush(request, repository);
    return refused ?? this.uploads.handle(request, repository, id);
  }

  private putManifest(request: SandboxRequest, repository: string, reference: string): Answer {
    const refused = this.refusePush(request, repository);
    if (refused) return refused;
    if (isDigest(reference) && digestOf(request.body) !== reference) {
      return errorAnswer(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
    }
    try {
      JSON.parse(request.body.toString());
    } catch {
      return errorAnswer(400, 'MANIFEST_INVALID', 'manifest invalid');
    }
    const digest = putManifest(this.context, repository, isDigest(reference) ? undefined : reference, request.body);
    return created(`/v2/${repository}/manifests/${digest}`, digest);
  }

  private refusePush(request: SandboxRequest, repository: string): Answer | undefined {
    if (this.context.readOnly()) return readOnlyAnswer();
    const access = { Type: 'repository', Class: '', Name: repository, Action: 'push' };
    return this.refuse(request, access, layers('update', repository));
  }

  /** The 401 for a missing or wrong token, or a user who may not; undefined when all is well. */
  private refuse(request: SandboxRequest, access: Access, wanted: Attributes): Answer | undefined {
    const token = tokenOf(request);
    if (!token) return unauthorized(request, access);
    const user: User | undefined = this.context.permissions.userOf(token);
    return user && this.context.permissions.allows(user, wanted) ? undefined : unauthorized(request, access, 'denied');
  }

  private stream(repository: string): KubeObject | undefined {
    const [namespace, name = ''] = repository.split('/');
    const { store } = this.context;
    return store.find(store.resource('imagestreams'), namespace, name);
  }

  private listed(repository: string): Set<string> {
    const stream = this.stream(repository);
    return stream ? listedImages(stream) : new Set();
  }

  private taggedImage(repository: string, tag: string): string | undefined {
    const tags = (this.stream(repository)?.status?.tags ?? []) as { tag: string; items?: { image: string }[] }[];
    return tags.find((candidate) => candidate.tag === tag)?.items?.[0]?.image;
  }
}

const DELETE_IMAGES: Attributes = { verb: 'delete', group: 'image.openshift.io', resource: 'images' };

function layers(verb: string, repository: string): Attributes {
  const [namespace, name] = repository.split('/');
  return { verb, group: 'image.openshift.io', resource: 'imagestreams', subresource: 'layers', namespace, name };
}

function tokenOf(request: SandboxRequest): string | undefined {
  const header = String(request.headers.authorization ?? '');
  const bearer = /^Bearer\s+(.+)$/i.exec(header)?.[1];
  if (bearer) return bearer;
  const basic = /^Basic\s+(.+)$/i.exec(header)?.[1];
  return basic
    ? Buffer.from(basic, 'base64')
        .toString()
        .replace(/^[^:]*:/, '') || undefined
    : undefined;
}
