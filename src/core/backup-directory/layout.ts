import type { Digest } from '../model/digest.js';

/**
 * The files of a backup directory. It is an OCI image layout; everything that other tools do not know is below
 * `regadm/`.
 *
 *     oci-layout, index.json           OCI image layout: replaced after each run, from the descriptors of all runs
 *     blobs/sha256/HEX                 manifests, configs and layers, without duplicates
 *     regadm/backup.json               version of the format
 *     regadm/lock                      only while a process writes
 *     regadm/tmp/                      unfinished files; emptied by the next process that writes
 *     regadm/runs/TIME-RANDOM/         one directory per run, which appears as a whole:
 *       run.json                       when and from which cluster, and how many records there are
 *       images.jsonl                   Image objects
 *       streams.jsonl                  removed tag items
 *       descriptors.jsonl              the run's part of index.json
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export const LAYOUT_FILE = 'oci-layout';
export const INDEX_FILE = 'index.json';
export const BLOBS = 'blobs';
export const BACKUP_FILE = 'backup.json';
export const OWN_DIRECTORY = 'regadm';
export const RUNS = [OWN_DIRECTORY, 'runs'] as const;
export const TEMPORARY = [OWN_DIRECTORY, 'tmp'] as const;
export const LOCK_FILE = 'lock';
export const RUN_FILE = 'run.json';
export const RECORD_FILES = {
  image: 'images.jsonl',
  stream: 'streams.jsonl',
  descriptor: 'descriptors.jsonl',
} as const;

/** Version of the format. A directory of another version is refused. */
export const FORMAT_VERSION = 1;

/** Content of `oci-layout`. */
export const OCI_LAYOUT = '{"imageLayoutVersion":"1.0.0"}';

/** Names of the directories of runs: when it began, and random digits. They sort by time. */
const RUN_ID = /^\d{8}T\d{9}Z-[0-9a-f]{8}$/;

/** Returns true for the name of a run's directory. */
export function isRunId(name: string): boolean {
  return RUN_ID.test(name);
}

/** Returns the name of a run's directory: `20260101T000000000Z-0123abcd`. @param random 8 hexadecimal digits */
export function runId(startedAt: Date, random: string): string {
  return `${startedAt.toISOString().replace(/[-:.]/g, '')}-${random}`;
}

/** Returns the directory of a blob, as names below the backup, and the name of its file. */
export function blobPlace(digest: Digest): { directory: string[]; name: string } {
  const [algorithm = '', hex = ''] = digest.split(':');
  return { directory: [BLOBS, algorithm], name: hex };
}
