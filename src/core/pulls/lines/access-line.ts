import type { LogLine } from './types.js';
import { accessTime } from './times.js';
import { unquote } from './unquote.js';

const LINE =
  /^\S+ \S+ [^["]*\[([^\]]{20,40})\] "([A-Z]+) (\S+) HTTP\/[\d.]+" (\d{3}) (?:\d+|-)(?: "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)")?\s*$/;

/**
 * Reads a line of an access log in combined format: `10.1.2.3 - - [28/Nov/2026:01:02:03 +0000] "GET /v2/… HTTP/1.1" 200
 * 1234 "" "user agent"`. The address and the user name are not kept.
 * @returns undefined if it is not such a line
 */
export function readAccessLine(line: string): LogLine | undefined {
  const match = LINE.exec(line);
  if (!match) return undefined;
  const [, written = '', method = '', uri = '', code, userAgent = ''] = match;
  const time = accessTime(written);
  const request = { method, uri, code: Number(code), userAgent: unquote(userAgent) };
  return { ...(time === undefined ? {} : { time }), request };
}
