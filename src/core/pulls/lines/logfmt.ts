import type { LogLine } from './types.js';
import { isStartMessage, toRequest } from './request.js';
import { toTime } from './times.js';
import { unquote } from './unquote.js';

/** A field: a name without quotes, and a value that is in quotes if it has spaces. */
const FIELD = /([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?:\s+|$)/y;

/**
 * Reads a line of the registry's text format: `time="…" level=info msg="response completed" http.request.method=GET …`.
 * The whole line must consist of fields, because clients choose what is in the values.
 * @returns undefined if it is not such a line
 */
export function readLogfmt(line: string): LogLine | undefined {
  const fields = new Map<string, string>();
  for (FIELD.lastIndex = 0; FIELD.lastIndex < line.length;) {
    const [, name = '', quoted, plain = ''] = FIELD.exec(line) ?? [];
    if (name === '') return undefined;
    // The registry writes each field once.
    if (!fields.has(name)) fields.set(name, quoted === undefined ? plain : unquote(quoted));
  }
  if (fields.size === 0) return undefined;
  const time = toTime(fields.get('time'));
  const request = toRequest((name) => fields.get(name));
  const isStart = isStartMessage(fields.get('msg'));
  return { ...(time === undefined ? {} : { time }), ...(request ? { request } : {}), ...(isStart ? { isStart } : {}) };
}
