import { stat } from 'node:fs/promises';
import { RegadmError, messageOf } from '../../../model/errors.js';
import { readArchive } from './archive.js';
import { Collector, type Lists, type Problem } from './collector.js';
import { readDirectory } from './directory.js';
import { brokenFiles, missingLists } from './errors.js';
import type { Input } from './input.js';
import { findMissing, missingWarnings, type ListNeeds } from './missing.js';
import { namespaceWarnings } from './namespaces.js';
import type { SavedResource } from './kinds.js';
import { parseDocuments } from './parse.js';
import { placeOf } from './place.js';
import type { FileReceiver } from './source.js';

/** The lists that were found in a directory or an archive. */
interface SavedLists {
  lists: Lists;
  /** Files that were ignored, and namespaces whose workloads are not in the files. */
  warnings: string[];
}

/**
 * Reads saved lists: `images.json` and the like as `oc get RESOURCE -A -o json` (or `-o yaml`) writes them, or a
 * must-gather, also as an archive. Objects are recognized by their kind. What is broken or missing is an error, because
 * images that its objects use would look unused.
 * @param from a directory or a `.tar.gz` archive
 * @throws RegadmError SAVED_LISTS
 */
export async function readSavedLists(from: string, needs: ListNeeds): Promise<SavedLists> {
  const collector = new Collector();
  const input = { from, isArchive: await isFile(from) };
  const receiver = receive(collector);
  try {
    await (input.isArchive ? readArchive(from, receiver) : readDirectory(from, receiver));
  } catch (cause) {
    const what = input.isArchive ? ' as a .tar.gz archive' : '';
    throw new RegadmError(`cannot read --from ${from}${what}: ${messageOf(cause)}`, { code: 'SAVED_LISTS', cause });
  }
  const { fatal, ignored } = sortProblems(collector.problems, receiver.roots);
  if (fatal.length > 0) throw brokenFiles(input, fatal);
  const missing = findMissing(collector, needs);
  if (missing.required.length > 0)
    throw missingLists(input, missing, new Set(Object.keys(collector.lists) as SavedResource[]));
  return {
    lists: collector.lists,
    warnings: [
      ...ignoredWarning(input, ignored),
      ...missingWarnings(input, missing, collector),
      ...namespaceWarnings(collector, input, needs),
    ],
  };
}

async function isFile(from: string): Promise<boolean> {
  try {
    return (await stat(from)).isFile();
  } catch (cause) {
    throw new RegadmError(`cannot read --from ${from}: ${messageOf(cause)}`, { code: 'SAVED_LISTS', cause });
  }
}

/** Returns what passes the files to a collector, and notes where must-gathers begin. */
function receive(collector: Collector): FileReceiver & { roots: Set<string> } {
  const roots = new Set<string>();
  return {
    roots,
    wants(file) {
      if (!/\.(?:json|ya?ml)$/.test(file)) return false;
      const { root, isOther } = placeOf(file);
      if (root !== undefined) roots.add(root);
      return !isOther;
    },
    file(file, text) {
      const place = placeOf(file);
      let documents: unknown[];
      try {
        documents = parseDocuments(file, text);
      } catch (cause) {
        return collector.reject({ path: file, place }, `cannot be parsed: ${messageOf(cause).split('\n')[0]}`);
      }
      collector.take(file, place, documents);
    },
    unreadable: (file, message) => collector.reject({ path: file, place: placeOf(file) }, message),
  };
}

/**
 * Separates files that can contain lists from those that are part of a must-gather and cannot: it has other files, e.g.
 * the output of programs that failed.
 */
function sortProblems(problems: Problem[], roots: Set<string>): { fatal: Problem[]; ignored: Problem[] } {
  const isForeign = ({ path: file, resource, place }: Problem): boolean =>
    resource === undefined && place.root === undefined && [...roots].some((root) => file.startsWith(root));
  return { fatal: problems.filter((one) => !isForeign(one)), ignored: problems.filter(isForeign) };
}

function ignoredWarning({ from }: Input, ignored: Problem[]): string[] {
  const [first] = ignored;
  if (!first) return [];
  return [
    `--from ${from}: ignored ${ignored.length} files of the must-gather that cannot be read (first: ${first.path} ${first.message})`,
  ];
}
