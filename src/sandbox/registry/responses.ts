import { textResponse, type SandboxResponse, type SandboxRequest } from '../http/response.js';

/** A header of every response except those of health checks. */
export const VERSION = { 'docker-distribution-api-version': 'registry/2.0' };

/** The access that a request needs, as the registry's 401 describes it. */
export interface Access {
  Type: string;
  Class: string;
  Name: string;
  Action: string;
}

export function withVersion(response: SandboxResponse): SandboxResponse {
  return { ...response, headers: { ...VERSION, ...response.headers } };
}

export function registryResponse(value: unknown, status = 200, headers: Record<string, string> = {}): SandboxResponse {
  const all = { ...VERSION, ...headers, 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: all, body: status === 200 ? JSON.stringify(value) : `${JSON.stringify(value)}\n` };
}

export function errorResponse(status: number, code: string, message: string): SandboxResponse {
  return registryResponse({ errors: [{ code, message }] }, status);
}

export const blobUnknown = (): SandboxResponse => errorResponse(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
export const digestInvalid = (): SandboxResponse =>
  errorResponse(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
export const pageNotFound = (): SandboxResponse => withVersion(textResponse('404 page not found\n', 404));
export const manifestUnknown = (): SandboxResponse => errorResponse(404, 'MANIFEST_UNKNOWN', 'manifest unknown');

/** What the registry answers if the image stream does not exist. */
export const unknownError = (): SandboxResponse => errorResponse(500, 'UNKNOWN', 'unknown error');

export function unauthorized(request: SandboxRequest, access?: Access, denied?: 'denied'): SandboxResponse {
  const host = String(request.headers.host ?? request.headers[':authority'] ?? '');
  const challenge = denied
    ? 'Basic realm=openshift,error="access denied"'
    : `Bearer realm="https://${host}/openshift/token"`;
  const detail = access ? [access] : null;
  return registryResponse({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required', detail }] }, 401, {
    'www-authenticate': challenge,
  });
}

export function readOnlyResponse(): SandboxResponse {
  return withVersion({
    ...textResponse('Method not allowed\n', 405),
    headers: { ...textResponse('').headers, allow: 'GET, HEAD' },
  });
}

export function notAllowed(allow: string): SandboxResponse {
  return { ...errorResponse(405, 'UNSUPPORTED', 'The operation is unsupported.'), headers: { ...VERSION, allow } };
}

export function created(location: string, digest: string): SandboxResponse {
  return { status: 201, headers: { ...VERSION, location, 'docker-content-digest': digest } };
}

export function uploadResponse(repository: string, id: string, length: number): SandboxResponse {
  const location = `/v2/${repository}/blobs/uploads/${id}`;
  return {
    status: 202,
    headers: { ...VERSION, location, range: `0-${Math.max(0, length - 1)}`, 'docker-upload-uuid': id },
  };
}

export function manifestMediaType(content: Buffer): string {
  try {
    return (JSON.parse(content.toString()) as { mediaType?: string }).mediaType ?? 'application/json';
  } catch {
    return 'application/octet-stream';
  }
}
