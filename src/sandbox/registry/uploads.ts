import { randomUUID } from 'node:crypto';
import type { SandboxResponse, SandboxRequest } from '../http/response.js';
import { created, digestInvalid, errorResponse, uploadResponse, VERSION } from './responses.js';
import { sha256Digest } from './digest.js';
import type { RegistryStorage } from './storage.js';

const EMPTY = Buffer.alloc(0);

/** Handles blob uploads: POST starts, PATCH appends, PUT finishes; or POST mounts a blob of another repository. */
export class RegistryUploads {
  constructor(private readonly storage: RegistryStorage) {}

  /** @param id of the upload; empty for the POST that starts one */
  handle(request: SandboxRequest, repository: string, id: string): SandboxResponse {
    if (request.method === 'POST') return this.start(request, repository);
    const length = this.storage.uploadSize(repository, id);
    if (length === undefined) return errorResponse(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
    switch (request.method) {
      case 'PATCH':
        this.storage.appendUpload(repository, id, request.body);
        return uploadResponse(repository, id, length + request.body.length);
      case 'PUT':
        return this.finish(repository, id, request.query.get('digest') ?? '', request.body);
      case 'DELETE':
        this.storage.deleteUpload(repository, id);
        return { status: 204, headers: VERSION };
      default:
        return { ...uploadResponse(repository, id, length), status: 204 };
    }
  }

  private start(request: SandboxRequest, repository: string): SandboxResponse {
    const mounted = this.mount(request.query, repository);
    if (mounted) return mounted;
    const id = randomUUID();
    this.storage.appendUpload(repository, id, request.body);
    const digest = request.query.get('digest');
    return digest ? this.finish(repository, id, digest, EMPTY) : uploadResponse(repository, id, request.body.length);
  }

  private mount(query: URLSearchParams, repository: string): SandboxResponse | undefined {
    const digest = query.get('mount');
    const from = query.get('from');
    if (!digest || !from || !this.storage.hasLink('layer', from, digest)) return undefined;
    this.storage.putLink('layer', repository, digest);
    return created(`/v2/${repository}/blobs/${digest}`, digest);
  }

  private finish(repository: string, id: string, digest: string, rest: Buffer): SandboxResponse {
    const content = Buffer.concat([this.storage.readUpload(repository, id), rest]);
    if (sha256Digest(content) !== digest) return digestInvalid();
    this.storage.putBlob(digest, content);
    this.storage.putLink('layer', repository, digest);
    this.storage.deleteUpload(repository, id);
    return created(`/v2/${repository}/blobs/${digest}`, digest);
  }
}
