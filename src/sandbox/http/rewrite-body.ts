import type { SandboxResponse } from './response.js';

/** Returns the response with a changed body. Of a stream, everything that is written to it is changed. */
export function rewriteBody(response: SandboxResponse, change: (body: string) => string): SandboxResponse {
  const { body, stream } = response;
  if (stream) {
    return {
      ...response,
      stream: (out) => stream({ write: (text) => out.write(change(text)), end: () => out.end(), closed: out.closed }),
    };
  }
  const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : [...body].join('');
  return { ...response, body: change(String(text ?? '')) };
}
