import type { ObjectPruneReport } from '../report.js';
import { deletedObjects } from './names.js';

/** Minimum width of a column, in characters. */
const MIN_WIDTH = 10;
const PADDING = 3;

/** Writes the lines of `oc adm prune builds` and `oc adm prune deployments`: nothing if nothing is deleted. */
export function* ocLines(report: ObjectPruneReport): Generator<string> {
  const rows = [...deletedObjects(report)].map(({ namespace, name }) => ({ namespace, name }));
  if (rows.length === 0) return;
  const width =
    rows.reduce((widest, { namespace }) => Math.max(widest, namespace.length), 'NAMESPACE'.length) + PADDING;
  const line = (namespace: string, name: string): string => `${namespace.padEnd(Math.max(MIN_WIDTH, width))}${name}\n`;
  yield line('NAMESPACE', 'NAME');
  for (const { namespace, name } of rows) yield line(namespace, name);
}
