import { readButane } from '../butane/read.js';
import { invalidFile, locate } from '../files/problem.js';
import { readText } from '../files/read.js';
import { parseYaml } from '../files/yaml-document.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { readIgnition } from '../ignition/read.js';
import { toIgnition } from '../ignition/translate.js';

/**
 * What the nodes should have been installed with, from a Butane or an Ignition file.
 * @returns undefined when neither is given
 * @throws RegadmError INVALID_FILE with file, line and field, UNREADABLE_FILE
 */
export async function expectedConfig(files: {
  butane?: string;
  ignition?: string;
}): Promise<IgnitionConfig | undefined> {
  if (files.butane !== undefined) return toIgnition(readButane(files.butane, await readText(files.butane)));
  return files.ignition === undefined ? undefined : ignitionFile(files.ignition);
}

async function ignitionFile(file: string): Promise<IgnitionConfig> {
  const [document] = parseYaml(file, await readText(file));
  if (!document) throw invalidFile([{ file, message: 'the file is empty' }]);
  const { config, problems } = readIgnition(document.value());
  if (problems.length > 0) throw invalidFile(locate(document, problems));
  return config;
}
