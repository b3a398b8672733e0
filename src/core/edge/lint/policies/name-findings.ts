import { listText, warning } from '../rules/rule.js';
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
