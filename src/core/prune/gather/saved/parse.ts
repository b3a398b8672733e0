import { parseAllDocuments } from 'yaml';
import { assertShallow } from '../../../kit/yaml-depth.js';

/**
 * Parses the documents of a file.
 * @returns no document if the file is empty
 * @throws Error if the text is not complete JSON or YAML
 */
export function parseDocuments(path: string, text: string): unknown[] {
  if (path.endsWith('.json')) return [JSON.parse(text)];
  assertShallow(text);
  return parseAllDocuments(text, { logLevel: 'silent' }).map((document) => {
    if ('errors' in document && document.errors[0]) throw document.errors[0];
    return (document as { toJS(): unknown }).toJS();
  });
}
