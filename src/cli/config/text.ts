import type { Effective } from './effective.js';
import { table } from '../../core/terminal/table.js';

/** The document of `regadm config -o json`. */
export interface ConfigurationDocument {
  apiVersion: 'regadm/v1';
  kind: 'Configuration';
  /** Null: REGADM_CONFIG is empty, so that no file is read. */
  file: { path: string; exists: boolean } | null;
  settings: Effective[];
}

const SETTINGS = [
  { title: 'SETTING' },
  { title: 'VALUE', flexible: true },
  { title: 'FROM', flexible: true },
  { title: 'COMMANDS', flexible: true },
];

/** The settings as a table, below where the file is. */
export function configText({ file, settings }: ConfigurationDocument, width: number): string {
  const where = file ? `${file.path}${file.exists ? '' : ' (not there)'}` : 'none (REGADM_CONFIG is empty)';
  const rows = settings.map(({ name, value, from, commands }) => [
    name,
    value ?? '-',
    from ?? 'default',
    commandsText(commands),
  ]);
  return `configuration file: ${where}\n\n${table(SETTINGS, rows, { width })}`;
}

function commandsText(commands: string[]): string {
  return commands.length > 4
    ? `${commands.slice(0, 3).join(', ')} and ${commands.length - 3} more`
    : commands.join(', ');
}
