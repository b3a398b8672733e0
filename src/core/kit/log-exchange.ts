import { counted } from '../model/values/counted.js';

/** Headers of requests and responses. */
type Headers = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** What is logged about a request besides its line of level 6. */
interface Exchange {
  sent: Headers;
  received: Headers;
  /** Size of the body that was read, in bytes; undefined for a stream. */
  bytes?: number;
}

/**
 * Headers whose values can be shown. All others are named without their value, because it can be a secret: tokens,
 * cookies, and the signatures in redirects to a storage.
 */
const SHOWN =
  /^(?:accept(?:-.+)?|age|allow|audit-id|cache-control|connection|content-(?:encoding|length|range|type)|date|docker-(?:content-digest|distribution-api-version)|etag|impersonate-(?:user|group|uid)|last-modified|range|retry-after|server|transfer-encoding|user-agent|vary|via|warning|x-(?:content-type-options|kubernetes-pf-.+))$/i;

/** Logs the headers of a request (level 7), and those of its response with its size (level 8), without secrets. */
export function logExchange(log: (level: number, line: string) => void, { sent, received, bytes }: Exchange): void {
  for (const line of headerLines(sent)) log(7, `  > ${line}`);
  for (const line of headerLines(received)) log(8, `  < ${line}`);
  if (bytes !== undefined) log(8, `  < body: ${counted(bytes, 'byte')}`);
}

function headerLines(headers: Headers): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${SHOWN.test(name) ? String(value) : '(hidden)'}`],
  );
}
