/*
 * Formats streamed documents as YAML. The `yaml` package builds a tree of the whole document first, and takes a hundred
 * times as long for small entries.
 */
import { escapeYaml } from './escape.js';
import { isAmbiguous } from './yaml-strings.js';

type Container = unknown[] | Record<string, unknown>;

/** Formats a mapping or a sequence, one line per scalar, each line indented by `indent`. */
export function toYamlBlock(value: Container, indent: string): string {
  if (Array.isArray(value)) return value.map((entry) => toYamlItem(entry, indent)).join('');
  let text = '';
  for (const key in value) {
    const entry = value[key];
    if (entry === undefined) continue;
    text += isFilled(entry)
      ? `${indent}${scalar(key)}:\n${toYamlBlock(entry, `${indent}  `)}`
      : `${indent}${scalar(key)}: ${scalar(entry)}\n`;
  }
  return text;
}

/** Formats one entry of a sequence. */
export function toYamlItem(value: unknown, indent: string): string {
  const text = isFilled(value) ? toYamlBlock(value, `${indent}  `).slice(indent.length + 2) : `${scalar(value)}\n`;
  return `${indent}- ${text}`;
}

function isFilled(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Strings that every YAML parser reads as strings without quotes: no indicator at the start, no `: `, no ` #`. */
const PLAIN = /^[A-Za-z_/][\w./@,()=-]*(?:[ :][\w./@(][\w./@,()=-]*)*$/;

function scalar(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !isAmbiguous(value)) return value;
  return escapeYaml(JSON.stringify(value));
}
