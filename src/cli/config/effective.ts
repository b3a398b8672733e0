import { environmentName, settings, type Catalog, type FlagSpec } from './catalog.js';
import { settingsOf, type Setting, type Sources } from './resolve.js';
import { shown } from './secret.js';

/** A setting, its value, and where the value comes from. */
export interface Effective {
  /** The flag, without dashes. */
  name: string;
  /**
   * The environment variable that sets it.
   * @schema {"pattern": "^REGADM_[A-Z_]+$"}
   */
  variable: string;
  /** Null if it is not set and has no default. Secrets are hidden. */
  value: string | null;
  source: 'environment' | 'file' | 'default';
  /** The variable, or FILE:LINE; null for a default. */
  from: string | null;
  /** Commands that use this value. */
  commands: string[];
}

type Defaults = FlagSpec & { default?: unknown; description?: string };

/** Lists every setting, once for each different value that commands use. Secrets are hidden. */
export function effectiveSettings(catalog: Catalog, sources: Sources): Effective[] {
  const byCommand = new Map(
    Object.entries(catalog).map(([command, flags]) => [command, settingsOf(command, flags, sources)]),
  );
  return [...settings(catalog)].flatMap(([name, { commands }]) => {
    const groups = new Map<string, Effective>();
    for (const command of commands) {
      const setting = byCommand.get(command)!.find(({ flag }) => flag === name);
      const one = effective(name, setting, catalog[command]![name]!);
      const key = JSON.stringify([one.value, one.from]);
      const group = groups.get(key) ?? { ...one, commands: [] };
      group.commands.push(command.replaceAll(':', ' '));
      groups.set(key, group);
    }
    return [...groups.values()];
  });
}

function effective(name: string, setting: Setting | undefined, spec: Defaults): Omit<Effective, 'commands'> {
  const variable = environmentName(name);
  if (!setting) return { name, variable, value: defaultOf(spec), source: 'default', from: null };
  const source = setting.from.endsWith(variable) ? 'environment' : 'file';
  const value = setting.values.map((each) => shown(name, each)).join(',');
  return { name, variable, value, source, from: source === 'environment' ? variable : setting.from };
}

/** A flag whose default depends on other flags states it only in its description. */
function defaultOf({ default: value, description = '', type }: Defaults): string | null {
  if (value !== undefined && value !== null) return String(value);
  return /[[(]default: ([^\])]+)[\])]/.exec(description)?.[1] ?? (type === 'boolean' ? 'false' : null);
}
