import { existsSync } from 'node:fs';
import type { SandboxHub } from './hub/types.js';

/** Width of the column of commands, in characters. */
const COMMAND_WIDTH = 48;

/** Describes a running sandbox: its addresses and commands to try. Lines fit 80 columns, unless a path is long. */
export function instructions({ hub, clusters }: SandboxHub): string {
  const { apiUrl, registryUrl, storageDir, kubeconfig } = hub;
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
    ...fleetExamples([...clusters.keys()]),
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

/** Commands for the managed clusters: this cluster is their hub. */
function fleetExamples(clusters: string[]): string[] {
  const [first] = clusters;
  if (first === undefined) return [];
  const verify = 'regadm edge verify --hub-kubeconfig $KUBECONFIG';
  return [
    '',
    `Managed clusters, whose hub this cluster is: ${clusters.length === 1 ? first : `${first} to ${clusters.at(-1)!}`}`,
    '',
    ...example(`${verify} --all`, 'one line per cluster'),
    ...example(`${verify} -l region=north`, 'clusters with a label'),
    ...example(`${verify} --cluster ${first} --node-check`, 'all checks of one'),
  ];
}

function example(command: string, explanation: string): string[] {
  if (command.length < COMMAND_WIDTH) return [`  ${command.padEnd(COMMAND_WIDTH)}${explanation}`];
  return [`  ${command}`, `  ${' '.repeat(COMMAND_WIDTH)}${explanation}`];
}
