import { isAbsent } from '../../../model/values/json.js';
import type { YamlDocument } from '../../files/yaml-document.js';
import { fieldName, type FieldPath } from '../../model.js';
import type { Finding } from '../finding.js';
import { canBeEqual } from '../known.js';
import { error, valueText } from '../rules/rule.js';
import type { PolicyEntry } from './entry.js';
import type { FileLayer } from './layers.js';

/** The fields by which a patch selects one of several objects. */
const IDENTITY: FieldPath[] = [['apiVersion'], ['kind'], ['metadata', 'name']];

/**
 * Returns the patches of an entry that apply to one of its documents: all if it is the only one, and otherwise those
 * that name it. An entry of a PolicyGenTemplate changes all documents.
 */
export function patchesFor(entry: PolicyEntry, document: YamlDocument, documents: YamlDocument[]): FileLayer[] {
  if (entry.form === 'policygentemplate' || objects(documents).length < 2) return entry.patches;
  return entry.patches.filter((patch) => selects(patch, document));
}

/** Finds the patches that select none of several documents; the generator refuses them. */
export function unusablePatches(entry: PolicyEntry, documents: YamlDocument[]): Finding[] {
  const all = objects(documents);
  const [only] = all;
  if (only && documents.length === 1) return mistypedPatches(entry, (field) => only.value([field]));
  if (entry.form === 'policygentemplate' || all.length < 2 || all.length < documents.length) return [];
  return entry.patches
    .filter((patch) => !all.some((document) => selects(patch, document)))
    .map(({ document, path }) =>
      error(
        'patch',
        document.at(path),
        `${fieldName(path)} selects none of the ${all.length} objects of ${entry.name}`,
        'set apiVersion, kind and metadata.name of the object that the patch changes',
      ),
    );
}

/** Finds the patches of a single object that have another apiVersion or kind: the generator refuses them. */
export function mistypedPatches(entry: PolicyEntry, valueOf: (field: string) => unknown): Finding[] {
  if (entry.form === 'policygentemplate') return [];
  return entry.patches.flatMap(({ document, path }) =>
    ['apiVersion', 'kind'].flatMap((field) => {
      const [value, expected] = [document.value([...path, field]), valueOf(field)];
      if (isAbsent(value) || expected === undefined || canBeEqual(value, expected)) return [];
      const message = `the patch has the ${field} ${valueText(value)}, but ${entry.name} has ${valueText(expected)}`;
      return [error('patch', document.at([...path, field]), message, `set ${field}: ${valueText(expected)}`)];
    }),
  );
}

function selects({ document: policy, path }: FileLayer, document: YamlDocument): boolean {
  return IDENTITY.every((field) => policy.value([...path, ...field]) === document.value(field));
}

function objects(documents: YamlDocument[]): YamlDocument[] {
  return documents.filter((document) => document.value(['kind']) !== 'Kustomization');
}
