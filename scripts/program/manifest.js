/** Describes all commands with their flags, so that help, completion and search need to load none of them. */
import { Plugin } from '@oclif/core';
import { createRequire } from 'node:module';
import path from 'node:path';
import { commandFiles, root } from '../esbuild-options.js';

const require = createRequire(import.meta.url);

/** Reads the commands of a built program. @returns the manifest in oclif's form */
export async function describeCommands(directory) {
  const load = require(path.join(directory, 'start.js')).open();
  const files = Object.fromEntries(
    commandFiles().map((file) => [file.replace(/\.ts$/, '').replaceAll('/', ':'), file.replace(/\.ts$/, '.js')]),
  );
  class Built extends Plugin {
    async getCommandIDs() {
      return Object.keys(files).sort();
    }
    async findCommand(id) {
      return Object.assign(load(`commands/${files[id]}`).default, { id });
    }
  }
  const plugin = new Built({ errorOnManifestCreate: true, ignoreManifest: true, respectNoCacheDefault: true, root });
  await plugin.load();
  return plugin.manifest;
}
