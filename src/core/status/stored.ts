import type { ClusterApi } from '../cluster/api.js';
import { ApiError } from '../cluster/api-error.js';
import type { Reporter } from '../kit/reporter.js';
import { RegadmError } from '../model/errors.js';
import type { Amount, StoragePlace, StorageSnapshot, StoredSizes } from '../model/registry-storage.js';
import { openRegistryStorage } from '../operator/registry-storage/open.js';
import { unavailablePart, type Unavailable } from '../operator/state.js';
import { compareWithCluster, type Comparison } from '../orphans/gather/evidence.js';
import type { StorageChoice } from '../storage/location.js';
import type { Storage } from '../storage/storage.js';
import { plural } from '../terminal/text.js';
import { KEEP_YOUNGER_MS, allOf, totalOf, usageOf, type StoredUsage } from './stored-usage.js';
import { measureTrash, type Trashed } from './trashed.js';

/** The storage that `--storage` names. */
export interface StorageRequest {
  choice: StorageChoice;
  /** As the user wrote it. */
  text: string;
  /** The flags that `prune hard` needs for the same storage, as a shell reads them. */
  flags: string;
}

/** What the registry's storage contains. */
export interface StoredSpace extends Pick<StorageRequest, 'text' | 'flags'> {
  /** Which storage it is, if the settings of the registry state it. */
  place?: StoragePlace;
  /** All blobs. */
  blobs: Amount;
  /** Absent if it cannot be found out what is in use. */
  usage?: StoredUsage;
  uploads: StoredSizes['uploads'];
  leftovers?: Amount;
  /** Absent if the trash is empty. */
  trash?: Trashed;
}

interface Ports {
  api: ClusterApi;
  reporter: Reporter;
  signal: AbortSignal;
}

/** Codes of errors that leave open what is in use, but not what is stored. */
const USAGE_UNKNOWN = new Set(['OTHER_STORAGE', 'IMAGE_UNREADABLE']);
/** Maximum number of ignored entries that the warning names. */
const NAMED = 5;
const WHAT_USAGE = 'what of the storage is in use';
const WHAT_UPLOADS = 'the size of unfinished uploads';

/**
 * Opens a storage, and measures it and how much of it the cluster uses.
 * @returns also what could not be found out
 * @throws RegadmError if the storage cannot be opened or read
 */
export async function readStored(
  ports: Ports,
  request: StorageRequest,
): Promise<{ stored: StoredSpace; unavailable: Unavailable[] }> {
  const { api, reporter, signal } = ports;
  const log = (level: number, line: string): void => reporter.log(level, line);
  const note = (line: string): void => reporter.note(line);
  const { storage, place } = await openRegistryStorage(api, request.choice, { log, note, signal });
  try {
    const { stored, unavailable } = await measure(ports, storage, request);
    return { stored: { ...stored, place }, unavailable };
  } finally {
    await storage.close();
  }
}

async function measure(ports: Ports, storage: Storage, { text, flags }: StorageRequest): ReturnType<typeof readStored> {
  const { reporter, signal } = ports;
  reporter.phase("listing entries of the registry's storage");
  const snapshot = await storage.list({ signal, onListed: (count) => reporter.tick(count) });
  const sizes = await lookUpSizes(ports, storage, snapshot);
  reporter.phase('comparing with the cluster');
  const comparison = await compare(ports, storage, snapshot);
  const about = [...(await storage.warnings(signal)), ...ignoredWarnings(snapshot)];
  const { uploads, leftovers } = sizes;
  const trashed = await measureTrash(storage, signal);
  const isUnread = trashed instanceof RegadmError;
  const common = { text, flags, uploads, leftovers, ...(trashed && !isUnread ? { trash: trashed } : {}) };
  const unavailable = [
    ...(uploads.problem === undefined ? [] : [{ what: WHAT_UPLOADS, message: uploads.problem }]),
    ...(isUnread ? [{ what: 'the trash', message: trashed.message }] : []),
  ];
  if (comparison instanceof RegadmError) {
    report(about, reporter);
    const stored = { ...common, blobs: totalOf(sizes.blobs) };
    return { stored, unavailable: [unknownUsage(comparison), ...unavailable] };
  }
  report([...about, ...comparison.warnings], reporter);
  const usage = usageOf(snapshot, sizes, comparison);
  return { stored: { ...common, blobs: allOf(usage), usage }, unavailable };
}

const report = (warnings: readonly string[], reporter: Reporter): void =>
  warnings.forEach((line) => reporter.warning(line));

/** Describes why it is not known what is in use. */
function unknownUsage(error: ApiError | RegadmError): Unavailable {
  if (error instanceof ApiError) return unavailablePart(WHAT_USAGE, error, error.message);
  if (error.code !== 'OTHER_STORAGE') return { what: WHAT_USAGE, message: error.message };
  const why = 'what looks unused here can be in use, so nothing is counted as orphaned';
  return { what: WHAT_USAGE, message: `${error.message}; ${why}: check --storage and the cluster (--context)` };
}

function lookUpSizes({ reporter, signal }: Ports, storage: Storage, snapshot: StorageSnapshot): Promise<StoredSizes> {
  let isMeasuring = false;
  return storage.measure(snapshot, {
    signal,
    onLookUp() {
      if (!isMeasuring) reporter.phase('measuring blobs', snapshot.blobs.length);
      isMeasuring = true;
      reporter.tick();
    },
  });
}

/** Compares the storage with the cluster as `prune hard` does with its defaults. @returns why that is not possible */
async function compare(
  ports: Ports,
  storage: Storage,
  snapshot: StorageSnapshot,
): Promise<Comparison | ApiError | RegadmError> {
  try {
    return await compareWithCluster(snapshot, {
      ...ports,
      storage,
      rules: 'safe',
      acceptPartial: false,
      danglingLinks: false,
      keepYoungerThanMs: KEEP_YOUNGER_MS,
      now: Date.now,
    });
  } catch (error) {
    if (error instanceof ApiError || (error instanceof RegadmError && USAGE_UNKNOWN.has(error.code))) return error;
    throw error;
  }
}

function ignoredWarnings({ ignored }: StorageSnapshot): string[] {
  if (ignored.length === 0) return [];
  const more = ignored.length > NAMED ? ', …' : '';
  return [
    `${plural(ignored.length, 'entry', 'entries')} of the storage, not part of the registry's layout, not counted: ${ignored.slice(0, NAMED).join(', ')}${more}`,
  ];
}
