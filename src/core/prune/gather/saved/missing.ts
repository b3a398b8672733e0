import type { PruneOptions } from '../../../graph/options.js';
import type { Collector } from './collector.js';
import type { MissingLists } from './errors.js';
import { getWith, saveList, type Input } from './input.js';
import { OPTIONAL_WORKLOADS, REQUIRED, type SavedResource } from './kinds.js';

/** Options that decide which lists a plan needs. */
export type ListNeeds = Pick<PruneOptions, 'namespace' | 'referrers' | 'pruneOverSizeLimit'>;

/** Returns the lists that a plan needs and no file contains. */
export function findMissing(collector: Collector, { referrers, pruneOverSizeLimit }: ListNeeds): MissingLists {
  const optional: SavedResource[] = [
    ...OPTIONAL_WORKLOADS,
    ...(referrers === 'oc' ? [] : (['controllerrevisions'] as const)),
    ...(pruneOverSizeLimit ? (['limitranges'] as const) : []),
  ];
  const isMissing = (resource: SavedResource): boolean => !collector.hasList(resource);
  return { required: REQUIRED.filter(isMissing), optional: optional.filter(isMissing) };
}

/** Warns about missing lists that do not stop a plan, with what follows from it and the commands that get them. */
export function missingWarnings(input: Input, { optional }: MissingLists, { lists }: Collector): string[] {
  const workloads = optional.filter((resource) => OPTIONAL_WORKLOADS.includes(resource));
  const warnings: string[] = [];
  const warn = (resources: SavedResource[], consequence: string, condition = ''): void => {
    const commands = resources.map((resource) => saveList(input, resource));
    warnings.push(
      `--from ${input.from}: no list of ${resources.join(', ')} found: ${consequence}; ${condition}${getWith(input, commands, resources.length > 1 ? 'them' : 'it')}`,
    );
  };
  if (workloads.length > 0)
    warn(workloads, 'images that only these objects use look unused', 'if the cluster has such objects, ');
  if (optional.includes('controllerrevisions') && (lists.statefulsets?.length || lists.daemonsets?.length))
    warn(['controllerrevisions'], 'images that only older revisions of stateful sets and daemon sets use look unused');
  if (optional.includes('limitranges'))
    warn(['limitranges'], 'no image counts as larger than the limit of its namespace (--prune-over-size-limit)');
  return warnings;
}
