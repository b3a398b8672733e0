import { homedir } from 'node:os';
import { join } from 'node:path';

interface ConfigPlace {
  path: string;
  /** True if REGADM_CONFIG names it: then the file must exist. */
  named: boolean;
}

/**
 * Returns the place of the configuration file: REGADM_CONFIG, otherwise `regadm/config.yaml` in XDG_CONFIG_HOME or
 * ~/.config.
 * @returns undefined if REGADM_CONFIG is empty: no file is read
 */
export function configPath(env: NodeJS.ProcessEnv): ConfigPlace | undefined {
  if (env.REGADM_CONFIG !== undefined)
    return env.REGADM_CONFIG === '' ? undefined : { path: env.REGADM_CONFIG, named: true };
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return { path: join(base, 'regadm', 'config.yaml'), named: false };
}
