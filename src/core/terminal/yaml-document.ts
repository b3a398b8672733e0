import { Document, visit, type ToStringOptions } from 'yaml';
import { isAmbiguous } from './yaml-strings.js';

/** Formats a value as YAML without anchors, with quotes around every string that YAML 1.1 or 1.2 reads otherwise. */
export function toYaml(value: unknown, options: ToStringOptions = {}): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && isAmbiguous(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, ...options });
}
