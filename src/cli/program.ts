import { Config, type Command, type Interfaces } from '@oclif/core';

/** What the program knows about itself and its commands. Only what a command line needs is loaded. */
export interface ProgramParts {
  /** The directory that contains docs/, for the help. */
  root: string;
  /** Properties of `package.json` that oclif and the help read. */
  pjson: Interfaces.PJSON;
  /** Commands of the manifest without the properties `onDemand`, which few command lines need. */
  commands: Record<string, Partial<Command.Cached>>;
  onDemand: readonly (keyof Command.Cached)[];
  /** Reads a whole command of the manifest. */
  manifestOf(id: string): Command.Cached;
  /** Loads the class of a command. */
  load(id: string): Promise<Command.Class>;
}

/** The program as oclif's only plugin. A plugin of oclif searches for package.json, its manifest and its commands. */
class Program implements Interfaces.Plugin {
  readonly _base = '';
  readonly commandsDir = undefined;
  readonly hasManifest = true;
  readonly hooks = {};
  readonly isRoot = true;
  readonly moduleType = 'commonjs';
  readonly type = 'core';
  readonly valid = true;
  readonly alias: string;
  readonly commandIDs: string[];
  readonly commands: Command.Loadable[];
  readonly name: string;
  readonly options: Interfaces.Options;
  readonly pjson: Interfaces.PJSON;
  readonly root: string;
  readonly topics: Interfaces.Topic[];
  readonly version: string;

  constructor(private readonly parts: ProgramParts) {
    const { root, pjson } = parts;
    this.alias = this.name = pjson.name;
    this.commandIDs = Object.keys(parts.commands);
    this.commands = this.commandIDs.map((id) => this.loadable(id));
    this.options = { root };
    this.pjson = pjson;
    this.root = root;
    this.topics = Object.entries(pjson.oclif.topics ?? {}).map(([name, topic]) => ({ ...topic, name }));
    this.version = pjson.version;
  }

  /** Nothing is left to load. */
  async load(): Promise<void> {}

  async findCommand(id: string): Promise<Command.Class> {
    return Object.assign(await this.parts.load(id), { id, plugin: this });
  }

  /** Returns a command whose properties `onDemand` are read from the manifest when one of them is used. */
  private loadable(id: string): Command.Loadable {
    let whole: Command.Cached | undefined;
    const loadable = { ...this.parts.commands[id], load: () => this.findCommand(id) };
    for (const name of this.parts.onDemand)
      Object.defineProperty(loadable, name, {
        enumerable: true,
        configurable: true,
        get: () => (whole ??= this.parts.manifestOf(id))[name],
      });
    return loadable as Command.Loadable;
  }
}

/** Returns oclif's configuration of the program. */
export async function loadConfig(parts: ProgramParts): Promise<Config> {
  const plugin = new Program(parts);
  return Config.load({ root: parts.root, plugins: new Map([[plugin.name, plugin]]) });
}
