import { Args, type Interfaces } from '@oclif/core';
import { LISTED, SAVED } from '../core/backup/output/main-table.js';
import type { MainTable } from '../core/terminal/main-table.js';
import { usageError } from '../core/model/errors.js';
import { clusterFlags, clusterOptions, type ClusterFlagValues } from './cluster.js';
import { outputFlags } from './output.js';
import { registryFlags } from './registry.js';

/** The argument of the commands that manage a backup. */
export const backupArgs = {
  DIR: Args.string({ ignoreStdin: true, description: 'directory of prune images --backup' }),
};

/**
 * The flags that the commands share that manage a backup. They contact no cluster, but accept the cluster and registry
 * flags of `prune images`: scripts can pass the same flags to all of them.
 */
export const backupFlags = flagsFor(SAVED);

/** Those of `backup list`. */
export const backupListFlags = flagsFor(LISTED);

function flagsFor(main: MainTable) {
  return {
    ...outputFlags(['table', 'wide', 'json', 'yaml', 'name'], 'table', main),
    ...hidden({ ...registryFlags, ...clusterFlags }),
  };
}

/** The sentence about these flags in the help. */
export const NO_CLUSTER =
  'No cluster is contacted. The cluster and registry flags of prune images are accepted and have no effect, so that scripts can pass the same flags.';

/** Returns the directory of a backup, and checks the flags. @throws RegadmError (USAGE) */
export function backupDirectory({ DIR }: { DIR?: string }, flags: ClusterFlagValues, command: string): string {
  if (!DIR) throw usageError('specify the directory of a backup', [`regadm ${command} DIR`]);
  // What they contain is kept out of all output.
  clusterOptions(flags);
  return DIR;
}

function hidden<Flags extends Interfaces.FlagInput>(flags: Flags): Flags {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { ...flag, hidden: true }])) as Flags;
}
