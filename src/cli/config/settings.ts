import type { Command, Config } from '@oclif/core';
import { givenFlags, type FlagTable } from '../argv.js';
import { readSources } from './index.js';
import { applicable, settingsOf, tokensOf, type Setting } from './resolve.js';
import type { Catalog } from './catalog.js';

/** Returns the flags of every command. Reads the manifest of each. */
function catalogOf({ commands }: { commands: readonly Command.Loadable[] }): Catalog {
  return Object.fromEntries(commands.map(({ id, flags }) => [id.replaceAll(' ', ':'), flags as FlagTable]));
}

interface WithSettings {
  argv: string[];
  settings: Setting[];
}

/**
 * Adds the settings of environment and configuration file to a command's normalized command line, unless it has the
 * flag itself.
 * @throws RegadmError (USAGE)
 */
export async function addSettings(
  { config, id, flags }: { config: Config; id: string; flags: FlagTable },
  argv: string[],
  warn: (text: string) => void,
): Promise<WithSettings> {
  const sources = await readSources(process.env, () => ({ ...catalogOf(config), [id]: flags }), warn);
  const { given, on } = givenFlags(argv, flags);
  const settings = applicable(settingsOf(id, flags, sources), flags, given, on);
  return { argv: [...settings.flatMap((setting) => tokensOf(setting, flags[setting.flag]!)), ...argv], settings };
}

/** Returns suggestions with the origin of the flags that a message names, if that is not the command line. */
export function originHints(settings: readonly Setting[], message: string): string[] {
  const names = new Set(message.match(/--[a-z-]+/g)?.map((name) => name.slice(2)));
  return settings.filter(({ flag }) => names.has(flag)).map(({ flag, from }) => `--${flag} comes from ${from}`);
}
