import { resolve, sep } from 'node:path';
import type { FileProblem } from '../../files/problem.js';
import type { YamlDocument } from '../../files/yaml-document.js';
import type { PolicyEntry } from '../policies/entry.js';

/** A file among the arguments. */
export interface GivenFile {
  name: string;
  /** Components of its absolute path; empty for standard input. */
  path: string[];
  /** Empty if the file is not YAML, or contains only comments. */
  documents: YamlDocument[];
  /** Why the file is not YAML, or cannot be read. */
  problem?: FileProblem;
  isUnreadable?: boolean;
  /** True if a file that is not YAML seems to be a policy. */
  isPolicy?: boolean;
}

/** Names of the file that makes a directory a kustomization. */
const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Splits the path of a file among the arguments into components. */
export function componentsOf(name: string): string[] {
  return name === '-' ? [] : resolve(name).split(sep).filter(Boolean);
}

/** True if the file is in a directory of source files, at any depth. */
export function isInSourceDirectory({ path }: GivenFile): boolean {
  return path.slice(0, -1).some(isSourceDirectory);
}

function isSourceDirectory(component: string | undefined): boolean {
  return component?.endsWith('-crs') ?? false;
}

/**
 * Finds the given files that an entry names: the exact path first, then every file whose path ends with the name. The
 * manifest of a PolicyGenerator can be a directory of files.
 * @returns groups of files, of which the entry means one; more than one means that the name is ambiguous
 */
export function namedFiles(files: GivenFile[], entry: PolicyEntry): GivenFile[][] {
  const wanted = (entry.name ?? '').split('/').filter((component) => component !== '' && component !== '.');
  const policyDirectory = componentsOf(entry.document.file).slice(0, -1);
  const isStdin = entry.document.file === '-';
  for (const base of isStdin ? [] : basesOf(entry, policyDirectory)) {
    const exact = find(files, entry, (path) => isSame(path, normalized([...base, ...wanted])));
    if (exact.length > 0) return exact;
  }
  const end = wanted.slice(wanted.lastIndexOf('..') + 1);
  if (end.length === 0) return [];
  const ending = (path: string[]): boolean => isSame(path.slice(-end.length), end);
  // `source-crs/a.yaml` rather than `source-crs/other/a.yaml`.
  const direct = find(files, entry, (path) => ending(path) && isSourceDirectory(path.at(-end.length - 1)));
  return direct.length > 0 ? direct : find(files, entry, ending);
}

/** A PolicyGenTemplate looks for its source files in `source-crs` beside it. */
function basesOf({ form }: PolicyEntry, directory: string[]): string[][] {
  return form === 'policygenerator' ? [directory] : [directory, [...directory, 'source-crs']];
}

function find(files: GivenFile[], { form }: PolicyEntry, matches: (path: string[]) => boolean): GivenFile[][] {
  const single = files.filter(({ path }) => matches(path)).map((file) => [file]);
  if (single.length > 0 || form !== 'policygenerator') return single;
  const inside = files.filter((file) => isManifest(file) && matches(file.path.slice(0, -1)));
  const directories = [...new Set(inside.map(directoryOf))];
  return directories.map((directory) => inside.filter((file) => directoryOf(file) === directory));
}

function isManifest(file: GivenFile): boolean {
  return /\.ya?ml$/.test(file.path.at(-1) ?? '') || isKustomization(file);
}

function isKustomization({ path }: GivenFile): boolean {
  return KUSTOMIZATIONS.includes(path.at(-1) ?? '');
}

/**
 * Returns the given files of a kustomization, those of its subdirectories included.
 * @param manifest the files that an entry names
 * @returns undefined if they are not the directory of a kustomization
 */
export function kustomizationFiles(
  manifest: GivenFile[],
  { name }: PolicyEntry,
  files: GivenFile[],
): GivenFile[] | undefined {
  const directory = manifest.find(isKustomization)?.path.slice(0, -1);
  if (!directory || KUSTOMIZATIONS.includes(name?.split('/').at(-1) ?? '')) return undefined;
  return files.filter(({ path }) => isSame(path.slice(0, directory.length), directory));
}

function directoryOf({ path }: GivenFile): string {
  return path.slice(0, -1).join('/');
}

function isSame(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((component, index) => component === b[index]);
}

function normalized(path: string[]): string[] {
  return path.reduce<string[]>(
    (done, component) => (component === '..' ? done.slice(0, -1) : [...done, component]),
    [],
  );
}
