import { usageError } from '../../core/model/errors.js';
import { didYouMean, suggest } from '../../core/kit/suggest.js';
import { environmentName, settings, whyNever, type Catalog } from './catalog.js';
import { valueProblem } from './check-value.js';
import { quoted } from './secret.js';

const PREFIX = 'REGADM_';
/**
 * Variables of the printed CronJob (core/schedule/cron-job/deferral.ts) and of oclif, the path of the configuration,
 * and variables that Kubernetes sets for a Service named `regadm`.
 */
const NOT_SETTINGS =
  /^REGADM_(?:DEFER_FAILURE|REPORT_FAILURES|CONFIG|CONFIG_DIR|CACHE_DIR|DATA_DIR|BINPATH|NPM_REGISTRY|DEBUG|DISABLE_THEME|S3_.*|SERVICE_.*|PORT.*)$/;

export interface EnvironmentValue {
  values: string[];
  variable: string;
}

/**
 * Reads the settings in the environment.
 * @param warn called for variables that look like misspelled settings
 * @throws RegadmError (USAGE) for invalid values and for flags that work only on the command line
 */
export function readEnvironment(
  env: NodeJS.ProcessEnv,
  catalog: Catalog,
  warn: (text: string) => void,
): Map<string, EnvironmentValue> {
  const names = Object.keys(env).filter((name) => name.startsWith(PREFIX) && !NOT_SETTINGS.test(name));
  const found = new Map<string, EnvironmentValue>();
  if (names.length === 0) return found;
  const known = settings(catalog);
  for (const variable of names.sort()) {
    const flag = variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
    const value = env[variable]!;
    const never = whyNever(flag);
    if (never)
      throw usageError(`${variable} cannot be set: ${never}`, [`unset it, and pass --${flag} on the command line`]);
    const setting = known.get(flag);
    if (!setting) {
      const near = suggest(flag, known.keys()).map(environmentName);
      if (near.length > 0) warn(`unknown setting ${variable}; ${didYouMean(near)[0]}`);
      continue;
    }
    // Shells and manifests set a variable to the empty string to unset it.
    if (value === '') continue;
    const multiple = setting.specs.some((spec) => spec.multiple);
    const values = multiple ? value.split(',').map((each) => each.trim()) : [value];
    for (const each of values) {
      const problem = valueProblem(flag, setting.specs, each);
      if (problem) throw usageError(`${variable}: ${quoted(flag, each)}: ${problem}`);
    }
    found.set(flag, { values, variable });
  }
  return found;
}
