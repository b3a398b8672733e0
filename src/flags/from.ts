import { Flags } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import { clusterFlags } from './cluster.js';

/** Creates the flag of a command that can read saved lists instead of a cluster. @param what "explain" */
export function fromFlag(what: string) {
  return Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'DIR',
    description: `${what} without a cluster, from saved lists (oc get images -o json > DIR/images.json, …) or a must-gather (a directory or a .tar.gz archive)`,
  });
}

/** Flags that select a cluster; a timeout can be meant for other requests. */
const CLUSTER = Object.keys(clusterFlags).filter((name) => name !== 'request-timeout');

interface Context {
  /** Flags of the command that need a cluster, or what else is not contacted. */
  others: readonly string[];
  /** Flags whose values come from the environment or the configuration file: they can be meant for other commands. */
  fromSettings: ReadonlySet<string>;
  /** Why they are refused. */
  why: string;
}

/** @throws RegadmError USAGE if `--from` is specified with a flag that needs a cluster */
export function assertWithoutCluster(flags: { from?: string }, { others, fromSettings, why }: Context): void {
  if (flags.from === undefined) return;
  const values = flags as Record<string, unknown>;
  const isGiven = (name: string): boolean =>
    values[name] !== undefined && values[name] !== false && !fromSettings.has(name);
  const other = [...CLUSTER, ...others].find(isGiven);
  if (other !== undefined) throw usageError(`--from cannot be specified with --${other}: ${why}`);
}
