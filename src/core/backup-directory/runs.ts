import { readdir } from 'node:fs/promises';
import { inDirectory, isMissing } from '../kit/below.js';
import { LineReader } from '../kit/line-reader.js';
import { OBJECT_LIMIT_BYTES } from '../kit/limits.js';
import { isRecord } from '../model/values/json.js';
import { isClusterIdentity, type ClusterIdentity } from './cluster-identity.js';
import { damaged } from './errors.js';
import { openRegularFile, readOpenFile, readSmallFile } from './files.js';
import { isRunId, RECORD_FILES, RUN_FILE, RUNS } from './layout.js';
import { parseLine, parseRecord, type RecordKind, type RecordTypes } from './records.js';
import type { Tree } from './tree.js';

/** Maximum size of a line with a record, in bytes: an object of the API, and what JSON adds to it. */
const LINE_LIMIT_BYTES = 2 * OBJECT_LIMIT_BYTES;
/** Maximum size of `run.json`, in bytes. */
const RUN_LIMIT_BYTES = 64 * 1024;

/** What a run states about itself. */
export interface RunHeader {
  /** RFC 3339 */
  startedAt: string;
  /** URL of the API server, for information only. */
  server: string;
  cluster: ClusterIdentity;
}

/** A run that saved something. */
export interface BackupRun extends RunHeader {
  /** Name of its directory; sorts by time. */
  id: string;
  /** Number of records of each kind. */
  counts: Record<RecordKind, number>;
}

/** Called with every part that is damaged; without it, reading ends with an error. */
export type OnDamage = (file: string, problem: unknown) => void;

/** Reads what all runs state about themselves, the oldest run first. @throws RegadmError BACKUP_DAMAGED */
export async function readRuns(tree: Tree, onDamage?: OnDamage): Promise<BackupRun[]> {
  const path = await tree.find(RUNS);
  const names = path === undefined ? [] : (await readdir(path)).filter(isRunId).sort();
  const runs: BackupRun[] = [];
  for (const id of names) {
    try {
      runs.push({ id, ...(await readHeader(tree, id)) });
    } catch (error) {
      report(`${RUNS.join('/')}/${id}/${RUN_FILE}`, error, onDamage);
    }
  }
  return runs;
}

/**
 * Reads the records of one kind of a run, one by one.
 * @throws RegadmError BACKUP_DAMAGED, also if there are fewer or more than the run states
 */
export async function* readRecords<Kind extends RecordKind>(
  tree: Tree,
  { id, counts }: Pick<BackupRun, 'id' | 'counts'>,
  kind: Kind,
  onDamage?: OnDamage,
): AsyncGenerator<RecordTypes[Kind]> {
  const name = `${RUNS.join('/')}/${id}/${RECORD_FILES[kind]}`;
  let count = 0;
  try {
    for await (const line of linesOf(tree, [...RUNS, id], RECORD_FILES[kind])) {
      count++;
      let record: RecordTypes[Kind];
      try {
        record = parseRecord(kind, line);
      } catch (error) {
        report(`${name}, line ${count}`, error, onDamage);
        continue;
      }
      yield record;
    }
    if (count !== counts[kind]) throw new Error(`it has ${count} records instead of ${counts[kind]}`);
  } catch (error) {
    report(name, error, onDamage);
  }
}

async function* linesOf(tree: Tree, names: string[], file: string): AsyncGenerator<string> {
  const handle = await inDirectory(tree.root, names, (directory) => openRegularFile(`${directory}/${file}`));
  if (!handle) throw new Error('it does not exist');
  const reader = new LineReader(LINE_LIMIT_BYTES);
  for await (const chunk of readOpenFile(handle)) yield* reader.take(chunk);
  if (reader.rest !== '') throw new Error('its last line is incomplete');
}

async function readHeader(tree: Tree, id: string): Promise<Omit<BackupRun, 'id'>> {
  const text = await inDirectory(tree.root, [...RUNS, id], (directory) =>
    readSmallFile(`${directory}/${RUN_FILE}`, RUN_LIMIT_BYTES),
  );
  if (text === undefined) throw new Error('it does not exist');
  const header = parseLine(text.toString('utf8').trimEnd());
  if (isHeader(header)) return header;
  throw new Error('it is not the description of a run');
}

function isHeader(value: unknown): value is Omit<BackupRun, 'id'> {
  return (
    isRecord(value) &&
    typeof value.startedAt === 'string' &&
    !Number.isNaN(Date.parse(value.startedAt)) &&
    typeof value.server === 'string' &&
    isClusterIdentity(value.cluster) &&
    isCounts(value.counts)
  );
}

function isCounts(value: unknown): value is BackupRun['counts'] {
  return isRecord(value) && Object.keys(RECORD_FILES).every((kind) => Number.isSafeInteger(value[kind]));
}

function report(file: string, error: unknown, onDamage: OnDamage | undefined): void {
  // That a file cannot be read is not damage.
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && code.startsWith('E') && !isMissing(error)) throw error;
  if (!onDamage) throw damaged(file, error);
  onDamage(file, error);
}
