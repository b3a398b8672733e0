import { randomUUID } from 'node:crypto';
import type { SandboxResponse, SandboxRequest } from '../http/response.js';
import { created, digestInvalid, errorResponse, uploadResponse, VERSION } from './responses.js';
import { digestOf } from './digest.js';
import type { RegistryStorage } from './storage.js';

const NOTHING = Buffer.alloc(0);

/** Blob uploads: begun with POST, filled with PATCH, ended with PUT; or mounted from another repository. */
export class RegistryUploads {
  constructor(private readonly storage: RegistryStorage) {}

  /** @param id of the upload; empty where one is begun */
  handle(request: SandboxRequest, repository: string, id: string): SandboxResponse {
    if (request.method === 'POST') return this.begin(request, repository);
    const data = this.storage.upload(repository, id);
    if (!data) return errorResponse(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
    switch (request.method) {
      case 'PATCH':
        return this.append(repository, id, Buffer.concat([data, request.body]));
      case 'PUT':
        return this.finish(repository, id, request.query.get('digest') ?? '', request.body);
      case 'DELETE':
        this.storage.endUpload(repository, id);
        return { status: 204, headers: VERSION };
      default:
        return { ...uploadResponse(repository, id, data.length), status: 204 };
    }
  }

  private begin(request: SandboxRequest, repository: string): SandboxResponse {
    const mounted = this.mount(request.query, repository);
    if (mounted) return mounted;
    const id = randomUUID();
    this.storage.putUpload(repository, id, request.body);
    const digest = request.query.get('digest');
    return digest ? this.finish(repository, id, digest, NOTHING) : uploadResponse(repository, id, request.body.length);
  }

  private append(repository: string, id: string, data: Buffer): SandboxResponse {
    this.storage.putUpload(repository, id, data);
    return uploadResponse(repository, id, data.length);
  }

  private mount(query: URLSearchParams, repository: string): SandboxResponse | undefined {
    const digest = query.get('mount');
    const from = query.get('from');
    if (!digest || !from || !this.storage.hasLink('layer', from, digest)) return undefined;
    this.storage.putLink('layer', repository, digest);
    return created(`/v2/${repository}/blobs/${digest}`, digest);
  }

  private finish(repository: string, id: string, digest: string, rest: Buffer): SandboxResponse {
    const content = Buffer.concat([this.storage.upload(repository, id) ?? NOTHING, rest]);
    if (digestOf(content) !== digest) return digestInvalid();
    this.storage.putBlob(digest, content);
    this.storage.putLink('layer', repository, digest);
    this.storage.endUpload(repository, id);
    return created(`/v2/${repository}/blobs/${digest}`, digest);
  }
}
