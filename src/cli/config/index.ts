import { existsSync } from 'node:fs';
import type { Catalog } from './catalog.js';
import { configPath } from './path.js';
import type { Sources } from './resolve.js';

/**
 * Reads the settings in the environment and the configuration file. Imports the readers, and reads the catalog, only if
 * something is set there.
 * @param warn called for variables that look like misspelled settings
 * @throws RegadmError (USAGE) that names the variable, or the file with line and field
 */
export async function readSources(
  env: NodeJS.ProcessEnv,
  catalog: () => Catalog,
  warn: (text: string) => void,
): Promise<Sources> {
  return { environment: await readVariables(env, catalog, warn), file: await readFile(env, catalog) };
}

async function readVariables(
  env: NodeJS.ProcessEnv,
  catalog: () => Catalog,
  warn: (text: string) => void,
): Promise<Sources['environment']> {
  if (!Object.keys(env).some((name) => name.startsWith('REGADM_'))) return new Map();
  const { readEnvironment } = await import('./environment.js');
  return readEnvironment(env, catalog(), warn);
}

async function readFile(env: NodeJS.ProcessEnv, catalog: () => Catalog): Promise<Sources['file']> {
  const place = configPath(env);
  if (!place || !(place.named || existsSync(place.path))) return undefined;
  const { readConfigFile } = await import('./file.js');
  return readConfigFile(place.path, catalog());
}
