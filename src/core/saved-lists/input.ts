import path from 'node:path';
import type { PruneOptions } from '../graph/options.js';

/** Options that decide which lists are needed. */
export interface ListNeeds extends Pick<
  PruneOptions,
  'namespace' | 'referrers' | 'pruneOverSizeLimit' | 'declaredReferrers'
> {
  /** `optional`: images and image streams are enough. Nothing is planned, or only if the workloads are there. */
  workloads?: 'optional';
}

/** What `--from` names. */
export interface Input {
  from: string;
  isArchive: boolean;
}

/** Returns the directory in which further files are saved; for an archive, the one into which it is extracted. */
export function dirOf({ from, isArchive }: Input): string {
  return isArchive ? from.replace(/(?:\.tar\.gz|\.tgz|\.tar)?$/, '.d') : from;
}

/** Returns what to do before files can be added: nothing for a directory. */
export function extractFirst(input: Input): string[] {
  const dir = shellWord(dirOf(input));
  return input.isArchive
    ? [`extract the archive, and pass the directory: mkdir ${dir} && tar -xf ${shellWord(input.from)} -C ${dir}`]
    : [];
}

/** Returns the remedy at the end of a warning: the commands that get what is missing. */
export function getWith(input: Input, commands: string[], what = 'them'): string {
  return [...extractFirst(input), `get ${what} with: ${commands.join('; ')}`].join('; ');
}

/** Returns the command that saves the list of a resource, or of several. @param file relative to the directory */
export function saveList(
  input: Input,
  resource: string,
  { file = `${resource}.json`, namespace }: { file?: string; namespace?: string } = {},
): string {
  const scope = resource === 'images' ? '' : namespace === undefined ? ' -A' : ` -n ${namespace}`;
  const format = /\.json$/i.test(file) ? 'json' : 'yaml';
  return `oc get ${resource}${scope} -o ${format} > ${shellWord(path.join(dirOf(input), file))}`;
}

/** Quotes a text for a shell, if it must be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
