import type { HttpResponse } from '../transport.js';

/** Returns true for a web page, which no registry sends. */
export function isHtml({ headers, text }: HttpResponse): boolean {
  return /^text\/html/i.test(String(headers['content-type'] ?? '')) || /^\s*<(!doctype html|html)/i.test(text);
}
