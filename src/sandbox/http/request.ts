import type { RawRequest, SandboxRequest } from './response.js';

/** Reads a whole request. */
export async function readRequest(raw: RawRequest): Promise<SandboxRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of raw) chunks.push(chunk as Buffer);
  return parseRequest(raw, Buffer.concat(chunks));
}

/** Parses the head of a request. */
export function parseRequest(raw: RawRequest, body: Buffer): SandboxRequest {
  const url = raw.url ?? '/';
  const [path = '/', search = ''] = url.split('?', 2);
  return {
    method: raw.method ?? 'GET',
    url,
    path: decodePath(path),
    query: new URLSearchParams(search),
    headers: raw.headers,
    body,
  };
}

/** Decodes characters that clients encode in names and digests; separators stay encoded. */
function decodePath(path: string): string {
  return path
    .replace(/%3[aA]/g, ':')
    .replace(/%40/g, '@')
    .replace(/%7[eE]/g, '~');
}

export function bearerToken(request: SandboxRequest): string | undefined {
  return /^Bearer\s+(.+)$/i.exec(String(request.headers.authorization ?? ''))?.[1];
}
