import type { YamlDocument } from '../../files/yaml-document.js';
import type { FieldPath } from '../../model.js';
import type { Located } from '../facts.js';
import type { At } from '../finding.js';
import type { FileLayer } from './layers.js';

/** A source file that a policy applies, with what the policy changes in it. */
export interface PolicyEntry {
  /** How the policy names the file; undefined if it does not. */
  name?: string;
  nameAt: At;
  /** The policy's document, and where the entry begins in it. */
  document: YamlDocument;
  path: FieldPath;
  form: 'policygentemplate' | 'policygenerator';
  patches: FileLayer[];
  /** Changes the strings of the source file as the generator does; undefined removes the field. */
  fill?: FileLayer['fill'];
  complianceType: Located;
  /** How labels and annotations are applied; its value is undefined if they are applied as the rest. */
  metadataComplianceType?: Located;
  /** The policy's own wave, which overrides that of the source file; undefined if it has none. */
  wave?: Located;
}

/** Returns the first of these fields that is set (not null, not empty); otherwise the first one. */
export function firstSet(document: YamlDocument, paths: readonly FieldPath[]): Located {
  const path = paths.find((each) => ![undefined, null, ''].includes(document.value(each) as string)) ?? paths[0]!;
  const value = document.value(path);
  return { value: value === null || value === '' ? undefined : value, at: document.at(path) };
}

/** Returns the name of a source file that a field contains. */
export function nameIn(document: YamlDocument, path: FieldPath): Pick<PolicyEntry, 'name' | 'nameAt'> {
  const value = document.value(path);
  return { ...(typeof value === 'string' && value !== '' && { name: value }), nameAt: document.at(path) };
}
