import { escapeJson, escapeData } from '../escape.js';

/** Formats a value as kubectl prints it in a template: objects and lists as Go writes JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return escapeData(value);
  return escapeJson(
    JSON.stringify(sorted(value)).replaceAll(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
  );
}

/** Formats a value as kubectl prints it in a column: objects and lists as Go does. */
export function cellText(value: unknown): string {
  return escapeData(goText(value));
}

function goText(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(sorted(value) as object).map(([key, inner]) => `${key}:${goText(inner)}`);
  return `map[${entries.join(' ')}]`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
