import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { error, listText, warning } from '../rules/rule.js';
import type { Finding } from '../finding.js';
import type { GivenFile } from '../sources/given-files.js';
import type { PolicyEntry } from './entry.js';

const RULE = 'source-file';

/** A name that is neither among the given files nor published. */
export function unknownName({ name, nameAt }: PolicyEntry): Finding {
  return warning(
    RULE,
    nameAt,
    `${name} is neither among the given files nor a published source file`,
    'pass the file as an argument, or correct the name',
  );
}

/** A path that a PolicyGenerator refuses; none for other paths, and for the other form. */
export function refusedPath({ name = '', nameAt, document, form }: PolicyEntry): Finding[] {
  if (form !== 'policygenerator') return [];
  const path = fromDirectory(name, document.file);
  const refused = (problem: string, remedy: string): Finding[] => [
    error(RULE, nameAt, `${name} is ${problem}: the generator refuses it`, remedy),
  ];
  if (path === '') return refused('the directory of the policy itself', 'name the files, or a directory below it');
  if (path?.split(sep)[0] !== '..') return [];
  return refused('outside of the directory of the policy', 'put the file into this directory, or one below it');
}

/** Returns the path from the directory of a policy; undefined if the directory is not known. */
function fromDirectory(path: string, policy: string): string | undefined {
  if (policy !== '-') return relative(dirname(policy), resolve(dirname(policy), path));
  return isAbsolute(path) ? undefined : relative('', path);
}

/** A name that several given files have. */
export function ambiguousName({ name, nameAt }: PolicyEntry, groups: GivenFile[][]): Finding {
  const files = groups.map(([file]) => file!.name);
  return warning(
    RULE,
    nameAt,
    `${name} can be any of ${listText(files)}: none of them was checked`,
    'pass the files of one site only, or keep the source files beside the policy',
  );
}

/** A directory that kustomize reads. */
export function kustomization({ name, nameAt }: PolicyEntry): Finding {
  return warning(
    RULE,
    nameAt,
    `${name} is a kustomization: what it makes of its files was not checked`,
    'to check the result, pass the output of `kubectl kustomize` as a file, and name that file in the manifest',
  );
}
