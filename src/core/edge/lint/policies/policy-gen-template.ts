import { isSeq } from 'yaml';
import type { YamlDocument } from '../../files/yaml-document.js';
import type { FieldPath } from '../../model.js';
import { firstSet, nameIn, type PolicyEntry } from './entry.js';

/** The parts of an object that an entry can change. */
const FIELDS = ['metadata', 'spec', 'data', 'status'];

/** Lists the source files that a PolicyGenTemplate applies. */
export function templateEntries(document: YamlDocument): PolicyEntry[] {
  const list: FieldPath = isSeq(document.node(['spec', 'sourceFiles'])) ? ['spec', 'sourceFiles'] : ['sourceFiles'];
  const fill = fillFor(document.value(['spec', 'mcp']));
  return document.items(list).map((path) => ({
    ...nameIn(document, [...path, 'fileName']),
    document,
    path,
    form: 'policygentemplate',
    patches: [{ document, path, fields: FIELDS }],
    fill,
    complianceType: firstSet(document, [
      [...path, 'complianceType'],
      ['spec', 'complianceType'],
    ]),
  }));
}

/**
 * In source files, `$mcp` stands for the machine config pool. Fields whose value begins with another `$`, and empty
 * ones, exist only if an entry sets them.
 */
function fillFor(pool: unknown): PolicyEntry['fill'] {
  return (text) => {
    const filled = typeof pool === 'string' && pool !== '' ? text.replaceAll('$mcp', pool) : text;
    return filled === '' || filled.startsWith('$') ? undefined : filled;
  };
}
