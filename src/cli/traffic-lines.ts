import { Traffic } from '../core/kit/traffic.js';
import type { RequestEntry } from '../core/model/document.js';
import { counted } from '../core/model/values/counted.js';
import { formatBytes } from '../core/model/values/quantity.js';

/** Returns the lines for `-v 6` that say how many requests were sent, and what was received. @param all by cluster */
export function trafficLines(all: readonly Traffic[]): string[] {
  return [...linesOf('api', all), ...linesOf('registry', all)];
}

const NAMES = { api: ['API server', 'API servers'], registry: ['registry', 'registries'] } as const;

function linesOf(server: RequestEntry['server'], all: readonly Traffic[]): string[] {
  const of = (entries: RequestEntry[]): RequestEntry[] => entries.filter((entry) => entry.server === server);
  const servers = all.filter((traffic) => of(traffic.entries).length > 0);
  if (servers.length === 0) return [];
  const [one, many] = NAMES[server];
  const entries = of(Traffic.sum(servers));
  const total = (key: 'count' | 'bytes' | 'transferredBytes'): number =>
    entries.reduce((sum, entry) => sum + entry[key], 0);
  const sum = { count: total('count'), bytes: total('bytes'), transferredBytes: total('transferredBytes') };
  return [
    `sent to ${servers.length === 1 ? `the ${one}` : `${servers.length} ${many}`}: ${amount(sum)}`,
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
