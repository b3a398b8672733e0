/** Responses of HTTPS servers to plain HTTP: Go's, nginx's, and Apache's. */
const HTTPS_ONLY =
  /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled server/i;

/** True if a response to plain HTTP says that the port speaks TLS. */
export function isHttpsOnly(status: number, text: string): boolean {
  return status === 400 && HTTPS_ONLY.test(text);
}

/** Description of a TLS port that was addressed with plain HTTP; the first words are those of Go programs. */
export const EXPECTS_HTTPS = 'malformed HTTP response: the server expects HTTPS, but the request was plain HTTP';
