import type { EdgeFacts } from '../facts.js';
import type { At, Finding } from '../finding.js';
import type { RegistrySet } from '../registry-set.js';

/** Checks one aspect of the files. */
export type Rule = (facts: EdgeFacts, registry: RegistrySet) => Finding[];

export function error(rule: string, at: At, message: string, remedy: string): Finding {
  return { ...at, rule, severity: 'error', message, remedy };
}

export function warning(rule: string, at: At, message: string, remedy: string): Finding {
  return { ...at, rule, severity: 'warning', message, remedy };
}

/** Formats a value of a file for a message. */
export function valueText(value: unknown): string {
  if (value === undefined) return '(none)';
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** Joins a list for a message. */
export function listText(items: readonly unknown[]): string {
  return items.map(valueText).join(', ') || '(none)';
}
