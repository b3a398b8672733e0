import { redact } from '../../kit/secrets/redact.js';
import { escapeData } from '../escape.js';
import type { Family } from './family.js';

/**
 * Formats metrics in the text format of Prometheus. Samples have no time, because the textfile collector and the
 * Pushgateway refuse it.
 * @param common labels of every sample
 */
export function expositionText(families: readonly Family[], common: Record<string, string>): string {
  return families.map((family) => familyText(family, common)).join('');
}

function familyText({ name, help, samples }: Family, common: Record<string, string>): string {
  const lines = samples.map(({ labels, value }) => `${name}{${labelsText({ ...common, ...labels })}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function labelsText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${labelValue(value)}"`)
    .join(',');
}

/** Control characters become visible first, so that the format needs no escape for a line feed. */
function labelValue(text: string): string {
  return shownLabel(text).replaceAll(/[\\"]/g, String.raw`\$&`);
}

/** Returns the value of a label without secrets and control characters, as a collector reads it. */
export function shownLabel(text: string): string {
  return escapeData(redact(text));
}
