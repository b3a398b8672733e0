import { isWebPage } from '../../kit/web-page.js';
import { ADVICE } from '../../model/advice.js';
import { isDigest, type Digest } from '../../model/digest.js';
import { quote } from '../../model/names/quote.js';
import type { RegistryError } from '../error.js';
import { failure } from '../failure.js';
import type { Answered } from '../requests.js';
import { registryErrorIn } from '../response/registry-message.js';
import type { HttpResponse } from '../transport.js';
import { contentLength } from '../transport/stream.js';

/** True if the registry states that the object does not exist. A 404 without its error code can come from a proxy. */
export function isGone(response: HttpResponse, codes: readonly string[]): boolean {
  if (response.status !== 404 || response.storage !== undefined) return false;
  return codes.includes(registryErrorIn(response)?.code ?? '');
}

/** True for a response without a body, as the registry confirms what it did. A page of a proxy confirms nothing. */
export function isEmpty({ text }: HttpResponse): boolean {
  return text.trim() === '';
}

/**
 * Checks that a response states the digest that was requested.
 * @param isOptional true if it may state none
 * @throws RegistryError
 */
export function requireDigest({ response, url }: Answered, digest: Digest, { isOptional = false } = {}): void {
  const stated = response.headers['docker-content-digest'];
  if (stated === digest || (stated === undefined && isOptional)) return;
  const words = stated === undefined ? 'no Docker-Content-Digest' : `Docker-Content-Digest ${quote(String(stated))}`;
  throw failure('answer', `answered with another object (${words} instead of ${digest})`, url, {
    status: response.status,
  });
}

/**
 * Checks that a manifest has the digest that was requested, if the response states one. The body is not hashed:
 * recorded and simulated registries have digests that no content has, and whoever controls a registry can delete its
 * content anyway.
 * @throws RegistryError
 */
export function requireManifest({ response, url }: Answered, reference: string): void {
  const stated = response.headers['docker-content-digest'];
  if (stated === undefined || stated === reference || !isDigest(reference)) return;
  const what = `answered with another manifest (Docker-Content-Digest ${quote(String(stated))})`;
  throw failure('answer', what, url, { status: response.status });
}

/** Returns the size that a response states. @throws RegistryError if it states none */
export function statedLength({ response, url }: Answered): number {
  const length = contentLength(response.headers);
  if (length !== undefined) return length;
  const stated = response.headers['content-length'];
  const words = stated === undefined ? 'no Content-Length' : `Content-Length ${quote(String(stated))}`;
  throw failure('answer', `does not state the size (${words})`, url, { status: response.status });
}

/** @throws RegistryError for a web page instead of what was requested */
export function refuseWebPage(answered: Answered): void {
  if (isWebPage(answered.response)) throw webPage(answered);
}

/** Creates the error for a web page instead of what was requested. */
function webPage({ url, proxyRemedies }: Answered): RegistryError {
  const suggestions = [...proxyRemedies, ADVICE.integratedRegistry];
  return failure('answer', 'answered with an HTML page: this is not a registry', url, { suggestions });
}
