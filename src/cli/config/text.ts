import type { DocumentHeader } from '../../core/model/document.js';
import type { Layout, Output } from '../../core/terminal/output.js';
import { tableLines } from '../../core/terminal/table.js';
import { inRowOrder } from '../../core/terminal/main-table.js';
import type { Effective } from './effective.js';
import { SETTINGS_TABLE } from './settings-table.js';

/** What `regadm config -o json` prints. */
export interface ConfigurationDocument extends DocumentHeader<'Configuration'> {
  /** Null if REGADM_CONFIG is empty: no file is read. */
  file: ConfigurationFile | null;
  settings: Effective[];
}

export interface ConfigurationFile {
  path: string;
  exists: boolean;
}

export const configOutput: Output<ConfigurationDocument, ConfigurationDocument> = {
  document: (document) => document,
  table: configLines,
  main: SETTINGS_TABLE,
};

const SETTINGS = [
  { title: 'SETTING' },
  { title: 'VALUE', wraps: true },
  { title: 'FROM' },
  { title: 'COMMANDS', wraps: true },
];

/** Formats the path of the file and a table of the settings. */
function* configLines({ file, settings }: ConfigurationDocument, layout: Layout): Generator<string> {
  const where = file ? `${file.path}${file.exists ? '' : ' (does not exist)'}` : 'none (REGADM_CONFIG is empty)';
  const rows = inRowOrder(settings, layout.order).map(({ name, value, from, commands }) => [
    name,
    value ?? '-',
    from ?? 'default',
    commandsText(commands),
  ]);
  yield `configuration file: ${where}\n\n`;
  yield* tableLines(SETTINGS, rows, layout);
}

function commandsText(commands: string[]): string {
  return commands.length > 4
    ? `${commands.slice(0, 3).join(', ')} and ${commands.length - 3} more`
    : commands.join(', ');
}
