import { randomUUID } from 'node:crypto';
import type { SigningSettings } from './settings.js';
import { signPart, type AzureRequest } from './sign.js';

/** Writes a batch that deletes blobs. @see https://learn.microsoft.com/rest/api/storageservices/blob-batch */
export function deletionBatch(settings: SigningSettings, keys: readonly string[]): AzureRequest {
  const boundary = `batch_${randomUUID()}`;
  const parts = keys.map((key, at) => {
    const { path, headers } = signPart(settings, { method: 'DELETE', key });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return [
      `--${boundary}`,
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      `Content-ID: ${at}`,
      '',
      `DELETE ${path} HTTP/1.1`,
      ...lines,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  });
  return {
    method: 'POST',
    query: { restype: 'container', comp: 'batch' },
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}` },
    body: `${parts.join('')}--${boundary}--\r\n`,
  };
}

/** The answer to one request of a batch. */
export interface PartAnswer {
  /** 0 if there is none. */
  status: number;
  /** Why there is no answer. */
  message?: string;
  /** Azure's code of an error. */
  code?: string;
}

/**
 * Reads the answer to a batch.
 * @returns the answers by position
 * @throws Error if it does not answer each request exactly once
 */
export function parseBatch(contentType: string | undefined, body: Buffer, count: number): PartAnswer[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType ?? '')?.[1];
  if (boundary === undefined) throw new Error('it is not an answer to a batch');
  const text = body.toString('utf8');
  if (!text.trimEnd().endsWith(`--${boundary}--`)) throw new Error('it is cut off');
  const answers = new Map<number, PartAnswer>();
  for (const part of text.split(`--${boundary}`).slice(1, -1)) {
    const at = Number(/^content-id:\s*(\d+)\s*$/im.exec(part)?.[1]);
    const status = Number(/^HTTP\/1\.1 (\d{3})\b/m.exec(part)?.[1]);
    if (!Number.isInteger(at) || at >= count || Number.isNaN(status) || answers.has(at))
      throw new Error('it has a part that does not belong to a request');
    answers.set(at, { status, code: /^x-ms-error-code:\s*([\w-]+)/im.exec(part)?.[1] });
  }
  if (answers.size !== count) throw new Error(`it answers ${answers.size} of ${count} requests`);
  return Array.from({ length: count }, (_, at) => answers.get(at)!);
}
