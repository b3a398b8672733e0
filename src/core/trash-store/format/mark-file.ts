import type { Mark, MarkBatch, MarkFile, Sweep } from '../model.js';
import { DAY, checkVersion, hexDigits, invalid, list, optional, record, size, text, texts, time } from './fields.js';
import { LinkReader, LinkWriter } from './links.js';
import { pack, unpack } from './packed.js';

/** Returns an empty mark file. */
export const emptyMarkFile = (storage: string): MarkFile => ({
  version: 1,
  storage,
  marks: new Map(),
  batches: new Map(),
  sweeps: new Map(),
});

/** Returns the content of a mark file. */
export function formatMarkFile({ version, storage, marks, batches, sweeps }: MarkFile): Promise<Buffer> {
  const writer = new LinkWriter();
  const rows = [...marks].map(([hex, { bytes, batch, links }]) => [hex, bytes, batch, writer.write(hex, links)]);
  return pack({
    version,
    storage,
    batches: Object.fromEntries(batches),
    sweeps: Object.fromEntries([...sweeps].map(([id, sweep]) => [id, { ...sweep, blobs: byDate(sweep.blobs) }])),
    repositories: writer.repositories,
    marks: rows,
  });
}

/** Reads a mark file. @throws Error that states why it cannot be used */
export async function parseMarkFile(content: Buffer): Promise<MarkFile> {
  const file = record(await unpack(content), 'the file');
  checkVersion(file);
  const links = new LinkReader(file.repositories);
  const batches = mapOf(file.batches, 'batches', readBatch);
  const marks = new Map<string, Mark>();
  for (const row of list(file.marks, 'marks')) {
    const [hex, bytes, batch, stored] = list(row, 'mark');
    const digits = hexDigits(hex, 'digest of a mark');
    const id = text(batch, 'batch of a mark');
    if (!batches.has(id)) throw invalid('batch of a mark');
    marks.set(digits, { bytes: size(bytes, 'size of a mark'), batch: id, links: links.read(digits, stored) });
  }
  const sweeps = mapOf(file.sweeps, 'sweeps', readSweep);
  return { version: 1, storage: text(file.storage, 'storage'), marks, batches, sweeps };
}

function mapOf<T>(value: unknown, field: string, read: (value: Record<string, unknown>) => T): Map<string, T> {
  return new Map(Object.entries(record(value, field)).map(([id, item]) => [id, read(record(item, field))]));
}

function readBatch({ unlinkedAt, processes, completeAt }: Record<string, unknown>): MarkBatch {
  return {
    ...present('unlinkedAt', optional(unlinkedAt, 'unlinkedAt', time)),
    ...present('processes', optional(processes, 'processes', texts)),
    ...present('completeAt', optional(completeAt, 'completeAt', time)),
  };
}

function readSweep({ blobs, processes, isCacheEmpty, ...times }: Record<string, unknown>): Sweep {
  if (typeof isCacheEmpty !== 'boolean') throw invalid('isCacheEmpty');
  return {
    blobs: keysOf(record(blobs, 'blobs of a sweep')),
    ...present('processes', optional(processes, 'processes', texts)),
    isCacheEmpty,
    ...present('endedAt', optional(times.endedAt, 'endedAt', time)),
    ...present('recheckedAt', optional(times.recheckedAt, 'recheckedAt', time)),
    ...present('conclusiveAt', optional(times.conclusiveAt, 'conclusiveAt', time)),
  };
}

const present = <K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: T };

/** Returns keys with the date written once. */
function byDate(keys: ReadonlySet<string>): Record<string, string[]> {
  const dates: Record<string, string[]> = {};
  for (const key of keys) {
    const [date = '', digits = ''] = key.split('/');
    (dates[date] ??= []).push(digits);
  }
  return dates;
}

function keysOf(dates: Record<string, unknown>): Set<string> {
  const keys = new Set<string>();
  for (const [date, digits] of Object.entries(dates)) {
    if (!DAY.test(date)) throw invalid('date of a sweep');
    for (const start of texts(digits, 'blobs of a sweep')) keys.add(`${date}/${start}`);
  }
  return keys;
}
