import { readButane } from '../butane/read.js';
import { invalidFile, locate } from '../files/problem.js';
import { readText } from '../files/read.js';
import { parseYaml } from '../files/yaml-document.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { readIgnition } from '../ignition/read.js';
import { toIgnition } from '../ignition/translate.js';
import { partitionOf } from '../lint/facts.js';
import type { StatedSize } from './claim.js';

/** Names of the files that a site was rendered from or to; at most one. */
export interface RenderedFiles {
  butane?: string;
  ignition?: string;
}

/**
 * Reads the configuration that the nodes should have been installed with.
 * @returns undefined if no file is named
 * @throws RegadmError INVALID_FILE with file, line and field, UNREADABLE_FILE
 */
export async function expectedConfig({ butane, ignition }: RenderedFiles): Promise<IgnitionConfig | undefined> {
  if (butane !== undefined) return toIgnition(readButane(butane, await readText(butane)));
  return ignition === undefined ? undefined : readIgnitionFile(ignition);
}

async function readIgnitionFile(file: string): Promise<IgnitionConfig> {
  const [document] = parseYaml(file, await readText(file));
  if (!document) throw invalidFile([{ file, message: 'the file is empty' }]);
  const { config, problems } = readIgnition(document.value());
  if (!config || problems.length > 0) throw invalidFile(locate(document, problems));
  return config;
}

/** Returns the size of the partition that is mounted at a path; empty if the configuration does not state it. */
export function partitionSizes(config: IgnitionConfig | undefined, path: string): StatedSize[] {
  const filesystem = config?.storage?.filesystems?.find((each) => each.path === path);
  const sizeMiB = config && filesystem && partitionOf(config, filesystem.device)?.sizeMiB;
  return sizeMiB ? [{ what: 'the rendered partition', bytes: sizeMiB * 2 ** 20 }] : [];
}
