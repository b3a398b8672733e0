import { existsSync } from 'node:fs';
import type { Command } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import type { Documents } from '../cli/documents.js';
import { present } from '../cli/present.js';
import type { Catalog } from '../cli/config/catalog.js';
import { effectiveSettings } from '../cli/config/effective.js';
import { readSources } from '../cli/config/index.js';
import { configPath } from '../cli/config/path.js';
import { outputFlags } from '../flags/output.js';

export default class ConfigCommand extends BaseCommand {
  static override summary = 'Show every setting, its value, and where the value comes from';

  static override description = `A flag on the command line counts before an environment variable (REGADM_ and the flag's name, as REGADM_KEEP_TAG_REVISIONS), and that before the configuration file: ~/.config/regadm/config.yaml, or regadm/config.yaml in XDG_CONFIG_HOME, or the file that REGADM_CONFIG names. Environment and file are checked whole: what is wrong is told with its variable, or with file, line and field.

What makes a run change something (--confirm and the like) and what weakens a check (--force-insecure and the like) is taken from the command line only.`;

  static override examples = [
    { description: 'What would hold now', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'One of them, for a script',
      command: `<%= config.bin %> <%= command.id %> -o json | jq '.settings[] | select(.name == "keep-tag-revisions")'`,
    },
  ];

  static override flags = { ...outputFlags(['table', 'json', 'yaml'], 'table') };

  async run(): Promise<void> {
    const { flags } = await this.read(ConfigCommand);
    const catalog = await fullCatalog(this.config.commands);
    const sources = await readSources(process.env, catalog, () => {});
    const place = configPath(process.env);
    const { configOutput } = await import('../cli/config/text.js');
    const document: Documents['Configuration'] = {
      apiVersion: 'regadm/v1',
      kind: 'Configuration',
      file: place ? { path: place.path, exists: existsSync(place.path) } : null,
      settings: effectiveSettings(catalog, sources),
    };
    await present(document, flags.output, configOutput);
  }
}

/** The commands themselves: the manifest does not tell the defaults of booleans. */
async function fullCatalog(commands: readonly Command.Loadable[]): Promise<Catalog> {
  const loaded = await Promise.all(commands.map(async (command) => [command.id, await command.load()] as const));
  return Object.fromEntries(
    loaded.map(([id, { baseFlags, flags }]) => [id, { ...baseFlags, ...flags } as Catalog[string]]),
  );
}
