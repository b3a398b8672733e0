import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { inDirectory, isMissing } from '../kit/below.js';
import { parseDigest, type Digest } from '../model/digest.js';
import {
  BACKUP_FILE,
  BLOBS,
  INDEX_FILE,
  isRunId,
  LAYOUT_FILE,
  LOCK_FILE,
  OWN_DIRECTORY,
  RECORD_FILES,
  RUN_FILE,
  RUNS,
  TEMPORARY,
} from './layout.js';
import type { Tree } from './tree.js';

/** A file below a backup directory, or a directory that does not belong to the format. */
export interface FoundFile {
  /** Relative to the backup. */
  file: string;
  bytes: number;
  /** `other`: what regadm did not write; symbolic links are that, too. */
  kind: 'format' | 'lock' | 'blob' | 'run' | 'temporary' | 'other';
  /** Of a blob. */
  digest?: Digest;
  /** Of a file in the directory of a run, whether it belongs to the format or not. */
  run?: string;
}

/** Maximum number of files whose size is looked up at the same time. */
const LOOKUPS = 64;
const RUN_FILES = new Set<string>([RUN_FILE, ...Object.values(RECORD_FILES)]);
const ALGORITHMS = ['sha256', 'sha384', 'sha512'];
/** Directories whose entries are listed on their own, and a directory that file systems create. */
const PASSED = new Set(['lost+found', BLOBS, OWN_DIRECTORY]);

/** How an entry of a directory is treated: as a file of a kind, or not at all because it is listed on its own. */
type Classify = (entry: Dirent) => Omit<FoundFile, 'file' | 'bytes'> | 'passed';

/**
 * Lists every file of a backup with its size. A file that disappears meanwhile is omitted.
 * @throws the file system's error
 */
export async function* listFiles(tree: Tree): AsyncGenerator<FoundFile> {
  yield* entriesOf(tree, [], named({ [LAYOUT_FILE]: 'format', [INDEX_FILE]: 'format' }, PASSED));
  yield* entriesOf(tree, [BLOBS], named({}, new Set(ALGORITHMS)));
  for (const algorithm of ALGORITHMS) yield* entriesOf(tree, [BLOBS, algorithm], (entry) => blobOf(algorithm, entry));
  const own = named({ [BACKUP_FILE]: 'format', [LOCK_FILE]: 'lock' }, new Set([RUNS[1], TEMPORARY[1]]));
  yield* entriesOf(tree, [OWN_DIRECTORY], own);
  const runs: string[] = [];
  yield* entriesOf(tree, RUNS, (entry) => {
    if (!entry.isDirectory() || !isRunId(entry.name)) return { kind: 'other' };
    runs.push(entry.name);
    return 'passed';
  });
  for (const run of runs)
    yield* entriesOf(tree, [...RUNS, run], (entry) => ({ kind: isRunFile(entry) ? 'run' : 'other', run }));
  yield* listTemporary(tree);
}

/** Lists what processes that were killed left unfinished. @throws the file system's error */
export async function* listTemporary(tree: Tree): AsyncGenerator<FoundFile> {
  const directories: string[] = [];
  yield* entriesOf(tree, TEMPORARY, (entry) => {
    if (entry.isDirectory()) directories.push(entry.name);
    // Drafts of lock files belong to processes that run now, or are removed with the next lock.
    return entry.isDirectory() || entry.name.startsWith(`${LOCK_FILE}-`) ? 'passed' : { kind: 'temporary' };
  });
  for (const name of directories) yield* entriesOf(tree, [...TEMPORARY, name], () => ({ kind: 'temporary' }));
}

/** Lists the entries of a directory; none if it does not exist, or a symbolic link is in its place. */
async function* entriesOf(tree: Tree, names: readonly string[], classify: Classify): AsyncGenerator<FoundFile> {
  const entries = (await inDirectory(tree.root, names, (path) => readdir(path, { withFileTypes: true }))) ?? [];
  const wanted = entries.flatMap((entry) => {
    const found = classify(entry);
    return found === 'passed' ? [] : [{ name: entry.name, found }];
  });
  for (let from = 0; from < wanted.length; from += LOOKUPS) {
    const some = wanted.slice(from, from + LOOKUPS);
    const sizes = await inDirectory(tree.root, names, (path) =>
      Promise.all(some.map(({ name }) => sizeAt(`${path}/${name}`))),
    );
    for (const [at, { name, found }] of some.entries()) {
      const bytes = sizes?.[at];
      if (bytes !== undefined) yield { file: [...names, name].join('/'), bytes, ...found };
    }
  }
}

/** @returns undefined if it no longer exists */
async function sizeAt(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function named(files: Record<string, FoundFile['kind']>, passed: ReadonlySet<string>): Classify {
  return (entry) => {
    if (entry.isDirectory() && passed.has(entry.name)) return 'passed';
    return { kind: (entry.isFile() && files[entry.name]) || 'other' };
  };
}

function blobOf(algorithm: string, entry: Dirent): ReturnType<Classify> {
  const digest = entry.isFile() ? parseDigest(`${algorithm}:${entry.name}`) : undefined;
  return digest === undefined ? { kind: 'other' } : { kind: 'blob', digest };
}

function isRunFile(entry: Dirent): boolean {
  return entry.isFile() && RUN_FILES.has(entry.name);
}
