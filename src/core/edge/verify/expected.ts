import { readButane } from '../butane/read.js';
import { invalidFile, locate } from '../files/problem.js';
import { readText } from '../files/read.js';
import { parseYaml } from '../files/yaml-document.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { readIgnition } from '../ignition/read.js';
import { toIgnition } from '../ignition/translate.js';

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
