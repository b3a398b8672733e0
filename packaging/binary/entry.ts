/**
 * The program as a single executable. No directory with package.json, manifest and commands exists next to it, so all
 * of them are part of it. Under another name (a link, or as Krew installs it) it acts as oc-regadm, kubectl-regadm or
 * kubectl_complete-regadm.
 */
import { basename, dirname } from 'node:path';
import { Plugin } from '@oclif/core';
import { answerCompletion } from '../../src/cli/completion/kubectl.js';
import { start } from '../../src/main.js';
import manifest from '../../oclif.manifest.json';
import pjson from '../../package.json';
// scripts/build-binary.js generates this table of the commands.
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
    const answer = await answerCompletion(manifest as never, process.argv.slice(2));
    process.stdout.write(answer, () => process.exit());
    return;
  }
  // Node repeats argv[0] here, which can be a bare name; commands that start regadm again compare it with the
  // executable.
  process.argv[1] = process.execPath;
  const root = dirname(process.execPath);
  const plugin = new Embedded({ isRoot: true, pjson: pjson as never, root, name: pjson.name });
  await plugin.load();
  await start({ load: { root, plugins: new Map([[plugin.name, plugin]]) }, bin: NAMES[name] });
}

void run();
