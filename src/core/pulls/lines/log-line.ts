import { readAccessLine } from './access-line.js';
import { readLogfmt } from './logfmt.js';
import { readRecord } from './record.js';
import { toTime } from './times.js';
import type { LogLine } from './types.js';

/** Maximum depth of records that contain lines. */
const MAX_DEPTH = 3;

/** What `oc logs --prefix` writes in front of a line. */
const POD_PREFIX = /^\[pod\/([^\]/]{1,253})\/([^\]/]{1,253})\] /;
/** What a container runtime, or `oc logs --timestamps`, writes in front of a line. */
const TIME_PREFIX = /^(\d{4}-\d{2}-\d{2}T[0-9:.]{8,18}(?:Z|[+-]\d{2}:\d{2})) (?:std(?:out|err) [FP](?::\S{0,10})? )?/;

/**
 * Reads a line of the registry's log, in any of its forms: the registry's own lines (logfmt or JSON), the access log in
 * combined format, and either of them with prefixes, or in the JSON of a log store.
 */
export function readLine(line: string, depth = 0): LogLine {
  const [prefix, pod, container] = POD_PREFIX.exec(line) ?? [];
  const text = prefix === undefined ? line : line.slice(prefix.length);
  const [timePrefix, written] = TIME_PREFIX.exec(text) ?? [];
  const inner = readText(timePrefix === undefined ? text : text.slice(timePrefix.length), depth);
  return {
    ...inner,
    ...withTime(inner.time ?? (written === undefined ? undefined : toTime(written))),
    ...(pod === undefined ? {} : { pod }),
    ...(container !== undefined && container !== 'registry' ? { isForeign: true } : {}),
  };
}

function readText(text: string, depth: number): LogLine {
  if (text.startsWith('{')) return depth < MAX_DEPTH ? readRecord(text, (line) => readLine(line, depth + 1)) : {};
  return readLogfmt(text) ?? readAccessLine(text) ?? {};
}

function withTime(time: number | undefined): { time?: number } {
  return time === undefined ? {} : { time };
}
