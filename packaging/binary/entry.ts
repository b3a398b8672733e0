/**
 * The program as a single executable. No directory with its files exists next to it, so all of them are part of it.
 * Under another name (a link, or as Krew installs it) it acts as oc-regadm, kubectl-regadm or
 * kubectl_complete-regadm.
 */
import { basename, dirname } from 'node:path';
import { answerCompletion } from '../../src/cli/completion/kubectl.js';
import { start } from '../../src/main.js';
import manifest from '../../oclif.manifest.json';
import pjson from '../../package.json';
// scripts/build-binary.js generates this table of the commands.
import { commands } from 'regadm:commands';

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
  const parts = {
    root: dirname(process.execPath),
    pjson: pjson as never,
    commands: manifest.commands as never,
    onDemand: [],
    manifestOf: (id: string) => manifest.commands[id as keyof typeof manifest.commands] as never,
    load: async (id: string) => (await commands[id]()).default,
  };
  await start({ parts, bin: NAMES[name] });
}

void run();
