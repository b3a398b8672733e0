import { existsSync } from 'node:fs';
import type { Catalog } from './catalog.js';
import { readEnvironment } from './environment.js';
import { configPath } from './path.js';
import type { Sources } from './resolve.js';

/**
 * Reads environment and configuration file. The file's reader is loaded only where there is a file.
 * @throws RegadmError (USAGE) that names the variable, or the file with line and field
 */
export async function readSources(
  env: NodeJS.ProcessEnv,
  catalog: Catalog,
  warn: (text: string) => void,
): Promise<Sources> {
  const environment = readEnvironment(env, catalog, warn);
  const place = configPath(env);
  if (!place || !(place.named || existsSync(place.path))) return { environment };
  const { readConfigFile } = await import('./file.js');
  return { environment, file: await readConfigFile(place.path, catalog) };
}
