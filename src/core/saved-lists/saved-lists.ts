import { stat } from 'node:fs/promises';
import { RegadmError, messageOf } from '../model/errors.js';
import { ArchiveError } from './archive-kind.js';
import { readArchive } from './archive.js';
import { Collector, type Problem } from './collector.js';
import { readDirectory } from './directory.js';
import { decode } from './decode.js';
import { brokenFiles, missingDeclared, missingLists, type MissingLists } from './errors.js';
import type { Input, ListNeeds } from './input.js';
import { findMissing, missingWarnings, splitMissing } from './missing.js';
import { namespaceWarnings, unknownNamespaceWarning } from './namespaces.js';
import type { SavedResource } from './kinds.js';
import { parseDocuments, type SavedDocument } from './parse.js';
import { isListFile, placeOf } from './place.js';
import type { FileReceiver } from './source.js';
import { counted } from '../model/values/counted.js';

/** The lists that were found in a directory or an archive. */
interface SavedLists {
  collector: Collector;
  input: Input;
  /** Files that were ignored. */
  ignored: string[];
  /** Lists and workloads of namespaces that are not in the files; empty if `usesUnknown`. */
  warnings: string[];
  /** Why it is not known which images are in use; only if workloads are optional. */
  usesUnknown?: RegadmError;
}

/**
 * Reads saved lists: `images.json` and the like as `oc get RESOURCE -A -o json` (or `-o yaml`) writes them, or a
 * must-gather, also as an archive. Objects are recognized by their kind. What is broken or missing is an error, because
 * images that its objects use would look unused.
 * @param from a directory or a `.tar.gz` archive
 * @throws RegadmError SAVED_LISTS; NOT_FOUND if `-n` names a namespace that does not exist
 */
export async function readSavedLists(from: string, needs: ListNeeds): Promise<SavedLists> {
  const collector = new Collector(needs.declaredReferrers);
  const input = { from, isArchive: await isFile(from) };
  const receiver = receive(collector);
  try {
    await (input.isArchive ? readArchive(from, receiver) : readDirectory(from, receiver));
  } catch (cause) {
    const what = input.isArchive ? ' as an archive (.tar.gz, .tgz or .tar)' : '';
    const suggestions = input.isArchive ? [remedyOf(cause)] : [];
    throw new RegadmError(`cannot read --from ${from}${what}: ${messageOf(cause)}`, {
      code: 'SAVED_LISTS',
      cause,
      suggestions,
    });
  }
  const { fatal, ignored } = sortProblems(collector.problems, receiver.roots);
  if (fatal.length > 0) throw brokenFiles(input, fatal);
  const missing = findMissing(collector, needs);
  const describeMissing = (lists: MissingLists): RegadmError =>
    missingLists(input, lists, {
      single: new Set(Object.keys(collector.lists) as SavedResource[]),
      compressed: receiver.compressed,
    });
  const { essential, workloads } = splitMissing(missing);
  if (needs.workloads !== 'optional' && missing.required.length > 0) throw describeMissing(missing);
  if (essential.required.length > 0) throw describeMissing(essential);
  const ignoring = [...ignoredWarning(input, ignored), ...compressedWarning(input, receiver.compressed)];
  if (workloads.required.length > 0)
    return { collector, input, ignored: ignoring, warnings: [], usesUnknown: describeMissing(workloads) };
  const undeclared = collector.declared.missing;
  if (undeclared.length > 0) throw missingDeclared(input, undeclared);
  return {
    collector,
    input,
    ignored: ignoring,
    warnings: [
      ...missingWarnings(input, missing, collector),
      ...namespaceWarnings(collector, input, needs),
      ...unknownNamespaceWarning(collector, input, needs),
    ],
  };
}

/** Returns what helps if an archive cannot be read. */
function remedyOf(cause: unknown): string {
  return cause instanceof ArchiveError && cause.suggestion !== undefined
    ? cause.suggestion
    : 'save the archive again, or extract it and pass the directory';
}

async function isFile(from: string): Promise<boolean> {
  try {
    return (await stat(from)).isFile();
  } catch (cause) {
    throw new RegadmError(`cannot read --from ${from}: ${messageOf(cause)}`, { code: 'SAVED_LISTS', cause });
  }
}

/** Files that can contain lists and are not read. */
const COMPRESSED = /\.(?:json|ya?ml)\.\w+$|\.(?:tgz|zip|tar(?:\.\w+)?)$/i;

/** Returns what passes the files to a collector, and notes where must-gathers begin. */
function receive(collector: Collector): FileReceiver & { roots: Set<string>; compressed: string[] } {
  const roots = new Set<string>();
  const compressed: string[] = [];
  return {
    roots,
    compressed,
    wants(file) {
      const { root, isOther } = placeOf(file);
      if (COMPRESSED.test(file)) compressed.push(file);
      if (!isListFile(file)) return false;
      if (root !== undefined) roots.add(root);
      return !isOther || collector.declared.isPlace(file);
    },
    file(file, content) {
      const place = placeOf(file);
      let documents: SavedDocument[];
      try {
        documents = parseDocuments(file, decode(content));
      } catch (cause) {
        return collector.rejectUnreadable(
          { path: file, place },
          `cannot be parsed: ${messageOf(cause).split('\n')[0]}`,
        );
      }
      collector.take(file, place, documents);
    },
    unreadable: (file, message, remedy) =>
      collector.rejectUnreadable({ path: file, place: placeOf(file) }, message, remedy),
  };
}

/** Names of lists. In files with another spelling, such as `X.JSON`, lists are read, and other content is ignored. */
const USUAL_NAME = /\.(?:json|ya?ml)$/;

/** Paths below the directories of a must-gather that contain lists. */
const IN_LISTS = /(?:^|\/)(?:namespaces|cluster-scoped-resources)(?:\/|$)/;

/**
 * Separates files that can contain lists from those that are part of a must-gather and cannot: it has other files, e.g.
 * the output of programs.
 */
function sortProblems(problems: Problem[], roots: Set<string>): { fatal: Problem[]; ignored: Problem[] } {
  const isInside = (file: string): boolean => [...roots].some((root) => file.startsWith(root));
  const fatal: Problem[] = [];
  const ignored: Problem[] = [];
  for (const problem of problems) {
    const { path: file, resource, place, isUnreadable } = problem;
    const isForeign = resource === undefined && place.root === undefined && !IN_LISTS.test(file);
    const isOdd = isListFile(file) && !USUAL_NAME.test(file);
    if (!isForeign || !(isOdd || roots.size > 0)) fatal.push(problem);
    else if (isUnreadable && !isOdd && !isInside(file)) fatal.push(problem);
    else if (isUnreadable || !isInside(file)) ignored.push(problem);
  }
  return { fatal, ignored };
}

function ignoredWarning({ from }: Input, ignored: Problem[]): string[] {
  const [first] = ignored;
  if (!first) return [];
  return [
    `--from ${from}: ignored ${counted(ignored.length, 'other file')} that cannot be used (first: ${first.path} ${first.message})`,
  ];
}

function ignoredText(first: string, count: number): string {
  return count === 1
    ? `an archive or a file with another ending (${first}); if it contains lists, extract or rename it`
    : `${count} archives and files with another ending (first: ${first}); if they contain lists, extract or rename them`;
}

function compressedWarning({ from }: Input, compressed: string[]): string[] {
  const [first] = compressed;
  return first === undefined ? [] : [`--from ${from}: ignored ${ignoredText(first, compressed.length)}`];
}
