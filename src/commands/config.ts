import { existsSync } from 'node:fs';
import type { Command } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import type { Documents } from '../cli/documents.js';
import type { Catalog } from '../cli/config/catalog.js';
import { effectiveSettings } from '../cli/config/effective.js';
import { readSources } from '../cli/config/index.js';
import { configPath } from '../cli/config/path.js';
import { SETTINGS_TABLE } from '../cli/config/settings-table.js';
import { outputFlags } from '../flags/output.js';

export default class ConfigCommand extends BaseCommand {
  static override summary = 'Show every setting, its value and its origin';

  static override description = `A flag on the command line overrides its environment variable (REGADM_ and the name of the flag, for example REGADM_KEEP_TAG_REVISIONS), which overrides the configuration file: the file that REGADM_CONFIG names, otherwise regadm/config.yaml in XDG_CONFIG_HOME or ~/.config. The whole file and all variables are checked; an error names the variable, or the file, line and field.

Flags that make a run change something (such as --confirm) or weaken a check (such as --force-insecure) work only on the command line.`;

  static override page = 'configuration.md';

  static override examples = [
    { description: 'Show all settings', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'One setting, for a script',
      command: `<%= config.bin %> <%= command.id %> -o json | jq '.settings[] | select(.name == "keep-tag-revisions")'`,
    },
  ];

  static override flags = { ...outputFlags(['table', 'json', 'yaml'], 'table', SETTINGS_TABLE) };

  async run(): Promise<void> {
    const { flags } = await this.read(ConfigCommand);
    const catalog = await fullCatalog(this.config.commands);
    const sources = await readSources(
      process.env,
      () => catalog,
      () => {},
    );
    const place = configPath(process.env);
    const { configOutput } = await import('../cli/config/text.js');
    const document: Documents['Configuration'] = {
      apiVersion: 'regadm/v1',
      kind: 'Configuration',
      file: place ? { path: place.path, exists: existsSync(place.path) } : null,
      settings: effectiveSettings(catalog, sources),
    };
    await this.present(document, flags, configOutput);
  }
}

/** Loads the commands, because the manifest does not contain the defaults of booleans. */
async function fullCatalog(commands: readonly Command.Loadable[]): Promise<Catalog> {
  const loaded = await Promise.all(commands.map(async (command) => [command.id, await command.load()] as const));
  return Object.fromEntries(
    loaded.map(([id, { baseFlags, flags }]) => [id, { ...baseFlags, ...flags } as Catalog[string]]),
  );
}
