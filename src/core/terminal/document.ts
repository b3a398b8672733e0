import { redactValues } from '../kit/secrets/redact.js';
import { escapeJson, escapeYaml, hasUnsafe } from './escape.js';

/** Formats a result for programs, without secrets: indented JSON, or YAML without anchors. */
export async function documentText(format: string, document: object): Promise<string> {
  const safe = redactValues(document);
  if (format !== 'yaml') return escapeJson(`${JSON.stringify(safe, null, 2)}\n`);
  const { toYaml } = await import('./yaml-document.js');
  const text = toYaml(safe);
  // Only double-quoted strings have escape sequences.
  return hasUnsafe(text) ? escapeYaml(toYaml(safe, { defaultStringType: 'QUOTE_DOUBLE' })) : text;
}
