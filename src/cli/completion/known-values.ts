import { statSync } from 'node:fs';
import type { Config } from '@oclif/core';
import { filesIn } from '../../core/cluster/connection/kubeconfig-files.js';
import { namesInKubeconfig, type ClusterOptions } from '../../core/cluster/connection/kubeconfig.js';
import { clusterOptions } from '../../flags/cluster.js';
import { normalizeArgv, type FlagTable } from '../argv.js';
import { addSettings } from '../config/settings.js';
import type { Asked } from './complete.js';
import type { Manifest } from './model.js';

/** Maximum time that pressing Tab takes, in ms. */
const LIMIT_MS = 3000;
/** Names that are the same in every shell, unquoted. Others, such as control characters, are not offered. */
const PLAIN = /^[\w.:@/+,%-]+$/;

/**
 * Finds out the values that can follow, with the flags and settings of the command line.
 * @returns none if that fails, takes too long, or would ask the user for credentials
 */
export async function knownValues(manifest: Manifest, asked: Asked): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<string[]>((resolve) => (timer = setTimeout(() => resolve([]), LIMIT_MS)));
  try {
    const values = await Promise.race([findOut(manifest, asked), tooLate]);
    return values.filter((value) => value.startsWith(asked.typed) && PLAIN.test(value)).sort();
  } catch {
    // Whatever is wrong, the command itself will say it.
    return [];
  } finally {
    clearTimeout(timer);
  }
}

async function findOut(manifest: Manifest, asked: Asked): Promise<string[]> {
  const options = await optionsOf(manifest, asked);
  if (!canRead(options)) return [];
  if (asked.source === 'namespaces' || asked.source === 'image-streams') {
    const { valuesInCluster } = await import('./values-in-cluster.js');
    return valuesInCluster(asked.source, asked.typed, options);
  }
  return namesInKubeconfig(options)[asked.source];
}

/** Returns the options of the cluster that the flags and settings select. */
async function optionsOf({ commands }: Manifest, { id, argv }: Asked): Promise<ClusterOptions> {
  const flags = commands[id]!.flags as unknown as FlagTable;
  const config = { commands: Object.values(commands) } as unknown as Config;
  const { argv: whole } = await addSettings({ config, id, flags }, normalizeArgv(argv, flags, ''), () => {});
  const values: Record<string, string | boolean | string[]> = {};
  for (const [, no, name, value] of whole.map((arg) => /^--(no-)?([^=]+)(?:=(.*))?$/s.exec(arg) ?? []))
    if (name === 'as-group') values[name] = [...((values[name] as string[] | undefined) ?? []), value!];
    else if (name !== undefined) values[name] = value ?? !no;
  return clusterOptions(values);
}

/** False for a pipe in place of a kubeconfig: reading it would wait, and take it away from the command. */
function canRead({ kubeconfig }: ClusterOptions): boolean {
  const files = kubeconfig === undefined ? filesIn(process.env) : [kubeconfig];
  return files.every((file) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? true);
}
