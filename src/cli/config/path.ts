import { homedir } from 'node:os';
import { join } from 'node:path';

export interface ConfigPlace {
  path: string;
  /** By REGADM_CONFIG: then it has to be there. */
  named: boolean;
}

/**
 * Where the configuration is: REGADM_CONFIG, else `regadm/config.yaml` in XDG_CONFIG_HOME or ~/.config.
 * @returns undefined when REGADM_CONFIG is empty: then there is none
 */
export function configPath(env: NodeJS.ProcessEnv): ConfigPlace | undefined {
  if (env.REGADM_CONFIG !== undefined)
    return env.REGADM_CONFIG === '' ? undefined : { path: env.REGADM_CONFIG, named: true };
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return { path: join(base, 'regadm', 'config.yaml'), named: false };
}
