import { existsSync } from 'node:fs';
import type { Sandbox } from './types.js';

/** Width of the column of commands, in characters. */
const COMMAND_WIDTH = 48;

/** Describes a running sandbox: its addresses and commands to try. Lines fit 80 columns, unless a path is long. */
export function instructions({ apiUrl, registryUrl, storageDir, kubeconfig }: Sandbox): string {
  const files = existsSync(storageDir);
  return [
    'The sandbox is running. Press Ctrl-C to stop it.',
    '',
    `  API server  ${apiUrl}`,
    `  registry    ${registryUrl}`,
    `  storage     ${files ? storageDir : 'in memory'}`,
    '',
    'In another terminal:',
    '',
    `  export KUBECONFIG=${kubeconfig.admin}`,
    '',
    ...EXAMPLES.flatMap(([command, explanation]) => example(command, explanation)),
    ...(files ? example(`regadm prune hard --storage ${storageDir}`, 'find orphaned blobs by files') : []),
    '',
    'Other users (--kubeconfig FILE):',
    '',
    `  ${kubeconfig.pruner}  role system:image-pruner`,
    `  ${kubeconfig.nobody}  no permissions`,
  ].join('\n');
}

const EXAMPLES: [command: string, explanation: string][] = [
  ['regadm prune builds', 'old builds, which keep images'],
  ['regadm prune deployments --replica-sets', 'old deployments, likewise'],
  ['regadm prune images', 'dry run: nothing changes'],
  ['regadm prune images --confirm', 'delete'],
  ['regadm prune images --referrers oc -o oc', 'same as oc adm prune images'],
  ['regadm prune images --prune-over-size-limit', 'by LimitRange (payments)'],
  ['regadm prune why myproject/myapp:v2.1-may-2016', 'why is this image kept?'],
  ['regadm prune schedule --cronjob', 'objects of a nightly prune'],
  ['regadm registry status', 'what uses the space'],
  ['regadm registry readonly on', 'switch mode by a roll-out'],
  ['regadm prune hard', 'orphaned blobs'],
  ['regadm prune hard --confirm --max-delete=20Gi', 'delete them'],
];

function example(command: string, explanation: string): string[] {
  if (command.length < COMMAND_WIDTH) return [`  ${command.padEnd(COMMAND_WIDTH)}${explanation}`];
  return [`  ${command}`, `  ${' '.repeat(COMMAND_WIDTH)}${explanation}`];
}
