/**
 * The program as a single executable: no folder with package.json, manifest and commands beside it, so they are handed to oclif from within.
 * Called by another name (a link to it, or as Krew installs it) it answers as that: oc-regadm, kubectl-regadm, kubectl_complete-regadm.
 */
import { basename, dirname } from 'node:path';
import { Plugin } from '@oclif/core';
import { completeForKubectl } from '../../src/cli/completion/kubectl.js';
import { start } from '../../src/main.js';
import manifest from '../../oclif.manifest.json';
import pjson from '../../package.json';
// Written by scripts/build-binary.js: every command by its name.
import { commands } from 'regadm:commands';

class Embedded extends Plugin {
  async _manifest() {
    this.commandIDs = Object.keys(manifest.commands);
    return manifest;
  }

  override async findCommand(id: string): Promise<never> {
    const { default: command } = await commands[id]();
    return Object.assign(command, { id, plugin: this }) as never;
  }
}

const NAMES: Record<string, string> = { 'oc-regadm': 'oc regadm', 'kubectl-regadm': 'kubectl regadm' };

async function run(): Promise<void> {
  const name = basename(process.argv0).replace(/\.exe$/, '');
  if (name === 'kubectl_complete-regadm') {
    process.stdout.write(completeForKubectl(manifest as never, process.argv.slice(2)));
    return;
  }
  const root = dirname(process.execPath);
  const plugin = new Embedded({ isRoot: true, pjson: pjson as never, root, name: pjson.name });
  await plugin.load();
  await start({ load: { root, plugins: new Map([[plugin.name, plugin]]) }, bin: NAMES[name] });
}

void run();
