import type { RequestEntry } from '../core/model/document.js';
import { counted } from '../core/model/values/counted.js';
import { formatBytes } from '../core/model/values/quantity.js';

/** Returns the lines for `-v 6` that say how many requests a run has sent, and what it has received. */
export function trafficLines(entries: readonly RequestEntry[]): string[] {
  return [...linesOf('api', 'API server', entries), ...linesOf('registry', 'registry', entries)];
}

function linesOf(server: RequestEntry['server'], name: string, all: readonly RequestEntry[]): string[] {
  const entries = all.filter((entry) => entry.server === server);
  if (entries.length === 0) return [];
  const total = (key: 'count' | 'bytes' | 'transferredBytes'): number =>
    entries.reduce((sum, entry) => sum + entry[key], 0);
  const sum = { count: total('count'), bytes: total('bytes'), transferredBytes: total('transferredBytes') };
  return [
    `sent to the ${name}: ${amount(sum)}`,
    ...entries.map((entry) => `  ${entry.verb} ${entry.resource}${entry.recheck ? ' again' : ''}: ${amount(entry)}`),
  ];
}

function amount({
  count,
  bytes,
  transferredBytes,
}: Pick<RequestEntry, 'count' | 'bytes' | 'transferredBytes'>): string {
  const compressed = transferredBytes < bytes ? `, compressed to ${formatBytes(transferredBytes)}` : '';
  return `${counted(count, 'request')}, ${formatBytes(bytes)} received${compressed}`;
}
