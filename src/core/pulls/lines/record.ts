import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import type { LogLine } from './types.js';
import { isStartMessage, toRequest } from './request.js';
import { toTime } from './times.js';

type Json = Record<string, unknown>;

/** Names by which log stores and the registry's JSON state the time. */
const TIMES = ['time', '@timestamp', 'timestamp', 'ts'];
/** Names by which log stores wrap a line. */
const LINES = ['message', 'log', 'line', '_raw'];
/** Where exports of log stores have the record itself. */
const RECORDS = ['_source', 'result'];
/** Where a log store puts the fields of a line that is JSON itself. */
const PARSED = 'structured';

/**
 * Reads a line that is JSON: the registry's own, or the record of a log store that contains a line.
 * @param readLine reads the line in a record
 */
export function readRecord(text: string, readLine: (line: string) => LogLine): LogLine {
  const whole = parse(text);
  if (!whole) return {};
  const record = RECORDS.map((name) => whole[name]).find(isObject) ?? whole;
  const time = TIMES.map((name) => toTime(record[name])).find((found) => found !== undefined);
  const outer = { ...(time === undefined ? {} : { time }), ...originOf(record) };
  const own = requestIn(record) ?? (isObject(record[PARSED]) ? requestIn(record[PARSED]) : undefined);
  if (own) return { ...outer, request: own };
  if (isStartMessage(record.msg)) return { ...outer, isStart: true };
  const line = LINES.map((name) => record[name]).find((value) => typeof value === 'string');
  return line === undefined ? outer : { ...outer, ...readLine(line.trimEnd()) };
}

/** Fields are flat (`"http.request.method"`) or nested (`{"http":{"request":{"method"`). */
function requestIn(record: Json): LogLine['request'] {
  return toRequest((name) => record[name] ?? name.split('.').reduce<unknown>(inside, record));
}

function inside(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Finds out which pod wrote a line; other pods of a log store can write what looks like the registry's lines. */
function originOf(record: Json): Pick<LogLine, 'pod' | 'isForeign'> {
  const places = [record.kubernetes, record.labels, record.stream].filter(isObject);
  const text = (...names: string[]): string | undefined =>
    places
      .flatMap((place) =>
        names.map((name) => place[name] ?? inside(place[name.split('_')[0]!], name.split('_')[1] ?? '')),
      )
      .find((value) => typeof value === 'string');
  const namespace = text('namespace_name', 'kubernetes_namespace_name', 'namespace');
  const container = text('container_name', 'kubernetes_container_name', 'container');
  const pod = text('pod_name', 'kubernetes_pod_name', 'pod');
  const isForeign =
    (namespace !== undefined && namespace !== REGISTRY_NAMESPACE) ||
    (container !== undefined && container !== 'registry');
  return { ...(pod === undefined ? {} : { pod }), ...(isForeign ? { isForeign } : {}) };
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
