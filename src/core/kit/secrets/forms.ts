/** Characters that Go's JSON encoder escapes besides those that JSON requires. */
const GO_ESCAPES = /[<>&\u2028\u2029]/g;
const HTML_ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Returns the forms in which servers and libraries repeat a secret. */
export function secretForms(secret: string): { plain: string[]; base64: string[] } {
  const json = JSON.stringify(secret).slice(1, -1);
  const encoded = encodeURIComponent(secret.replaceAll(/\p{Cs}/gu, ''));
  const plain = [
    secret,
    json,
    json.replaceAll(GO_ESCAPES, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
    encoded,
    encoded.replaceAll(/%../g, (one) => one.toLowerCase()),
    secret.replaceAll(/[&<>"']/g, (one) => HTML_ESCAPES[one]!),
  ];
  const base64 = [0, 1, 2].map((offset) => base64Core(secret, offset));
  const urlSafe = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return { plain: [...new Set(plain)], base64: [...new Set([...base64, ...urlSafe])] };
}

/**
 * Returns the part of a base64 text that depends on the secret only, if `offset` bytes (modulo 3) precede it, such as a
 * user name and a colon, and anything follows.
 */
function base64Core(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const text = bytes.toString('base64').replace(/=+$/, '');
  const skipped = [0, 2, 3][offset]!;
  return text.slice(skipped, bytes.length % 3 === 0 ? undefined : -1);
}
