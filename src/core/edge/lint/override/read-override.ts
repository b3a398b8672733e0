import { parseJsonText } from '../../files/json-text.js';
import type { IgnitionConfig } from '../../ignition/config.js';
import { readIgnition } from '../../ignition/read.js';
import { fieldName, valueAt, type FieldPath } from '../../model.js';
import type { ReadConfig } from '../storage-part.js';
import { withQuotedTemplates } from './templates.js';

/** A configuration that was read from a string, and where its values are in it. */
interface ReadOverride extends Pick<ReadConfig, 'config' | 'problems' | 'value'> {
  offset(path: FieldPath): number;
}

/**
 * Reads an override: a string that contains JSON. No message contains parts of it: it can contain passwords.
 * @param isUnknown true for a value that is filled in later
 */
export function readOverride(text: unknown, isUnknown: (value: unknown) => boolean): ReadOverride {
  const unreadable = (message: string, offset = 0): ReadOverride => ({
    problems: [{ path: [], message }],
    value: () => text,
    offset: () => offset,
  });
  if (typeof text !== 'string') return unreadable('must be a string that contains JSON');
  const asWritten = parseJsonText(text);
  const parsed = 'errorAt' in asWritten && isUnknown(text) ? parseJsonText(withQuotedTemplates(text)) : asWritten;
  if ('errorAt' in parsed) return unreadable(`not valid JSON at ${placeOf(text, parsed.errorAt)}`, parsed.errorAt);
  const { value, offset } = parsed;
  return { ...readIgnition(value, isUnknown), value: (path) => valueAt(value, path), offset };
}

function placeOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  const column = `character ${lines.at(-1)!.length + 1}`;
  return text.trimEnd().includes('\n') ? `its line ${lines.length}, ${column}` : column;
}

/** Parses the override of an installed node. If there are problems, `config` must not be used. */
export function parseOverride(text: unknown): { config: IgnitionConfig; problems: string[] } {
  const { config = { ignition: { version: '3.2.0' } }, problems } = readOverride(text, () => false);
  return {
    config,
    problems: problems.map(({ path, message }) => [fieldName(path), message].filter(Boolean).join(': ')),
  };
}
