import { registryEnvironment } from '../operator/deployment.js';
import { hardPrune, type PrunerContext, type PrunerLine } from './hard-pruner.js';
import type { ExecProcess } from './process.js';

/** Output of a command in a pod, line by line; returns the exit status. */
export type CommandRun = Iterator<PrunerLine, number>;

const PRUNE = /dockerregistry\s+-prune=(check|delete)/;
const MAIN = '/usr/bin/dockerregistry';

/** Returns whether a command runs the registry's pruner, as opposed to a search for one. */
export function isPruner(command: string[]): boolean {
  const text = command.join(' ');
  return PRUNE.test(text) && !text.includes('/proc');
}

/**
 * Simulates a command, recognized by the words in it; nothing is executed. A script with `/proc` lists the processes of
 * the pod. If it also has `echo done`, it lists the ids of pruners and `done`, and with `kill` it ends them.
 */
export function runCommand(context: PrunerContext, processes: ExecProcess[], command: string[]): CommandRun {
  const text = command.join(' ');
  const mode = PRUNE.exec(text)?.[1] as 'check' | 'delete' | undefined;
  if (mode && isPruner(command)) return hardPrune(context, mode, /REGISTRY_LOG_LEVEL=debug/.test(text));
  if (text.includes('/proc')) return lines(processLines(processes, text));
  if (/\bdf\b/.test(text)) return lines(DF);
  if (/\blsblk\b/.test(text)) return lines([LSBLK]);
  if (/^(\/usr\/bin\/)?env$/.test(text))
    return lines(registryEnvironment(false).map(({ name, value }) => `${name}=${value}`));
  return failure(`sh: ${command[0] ?? ''}: command not found`, 127);
}

function processLines(processes: ExecProcess[], script: string): string[] {
  const pruners = processes.filter((process) => PRUNE.test(process.command));
  if (!/\becho done\b/.test(script)) return [`1 ${MAIN}`, ...processes.map(({ pid, command }) => `${pid} ${command}`)];
  const ids = pruners.map(({ pid }) => String(pid));
  if (/\bkill\b/.test(script)) for (const pruner of pruners) pruner.end(143);
  return [...ids, 'done'];
}

const DF = [
  'Filesystem     1024-blocks     Used Available Capacity Mounted on',
  '/dev/sdb1        104806400 41922560  62883840      40% /registry',
  '/dev/sda4        250000000 81236480 168763520      33% /var/imageregistry',
];

const LSBLK = JSON.stringify({
  blockdevices: [
    {
      name: 'sda',
      type: 'disk',
      size: '447G',
      children: [
        { name: 'sda5', partlabel: 'var-imageregistry', fstype: 'xfs', size: '197G', mountpoint: '/var/imageregistry' },
      ],
    },
  ],
});

function* lines(texts: string[]): CommandRun {
  for (const text of texts) yield { to: 'stdout', text };
  return 0;
}

function* failure(text: string, status: number): CommandRun {
  yield { to: 'stderr', text };
  return status;
}
