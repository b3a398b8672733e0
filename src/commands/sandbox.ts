import path from 'node:path';
import { Flags } from '@oclif/core';
import { BaseCommand, type FlagsOf } from '../cli/base-command.js';
import { interruptible } from '../cli/interrupt.js';
import { makeDirectory } from '../core/kit/make-directory.js';
import { messageOf, usageError } from '../core/model/errors.js';
import { stdout } from '../core/terminal/writer.js';
import type { HubOptions } from '../sandbox/hub/types.js';

/** `regadm sandbox`: starts a simulated cluster. */
export default class SandboxCommand extends BaseCommand {
  static override summary = 'Start a simulated cluster and registry with sample data, to try regadm in';
  static override description = `Serves a simulated API server and registry on the loopback address, over HTTPS with a temporary CA, and prints the
commands to try. Ctrl-C stops it. No cluster is needed, and nothing outside of the sandbox is changed.

--fail RULE (can be repeated) makes requests fail: METHOD PATH-REGEX [nth=N|times=N|every=N|from=N] => ACTION, with ACTION one
of STATUS [retry-after=S], retry-after=S (429), reset, cut, hang, html, expired, slow=MS, trickle=MS, after=STATUS, after=reset;
or a name: conflicts, 429, 500, 502, 503, reset, cut-answer, lost-answer, expired-continue, token-expires=N, html, hang,
registry-gone[=SECONDS], registry-read-only, rollout-stuck, degraded, exec-refused, pod-dies, slow-output, job-fails,
not-mounted, no-pruner-role, untagged-children, invalid-reference.

With --managed-clusters, CLUSTER:RULE applies to the servers of that managed cluster. RULE can then also be silent, unreachable,
certificate-expired, pods-not-ready, claim-unbound, login-refused, override-differs or no-kubeconfig.`;
  static override page = 'sandbox.md';

  static override examples = [
    { description: 'Start it, and print the commands to try', command: '<%= config.bin %> sandbox' },
    { description: 'Show a dry run and a confirmed prune, and end', command: '<%= config.bin %> sandbox --demo' },
    {
      description: 'A large cluster with a slow connection',
      command: '<%= config.bin %> sandbox --images 20000 --latency 5',
    },
    {
      description: 'With failures',
      command: '<%= config.bin %> sandbox --fail conflicts --fail "DELETE ^/admin/blobs/ nth=3 => reset"',
    },
    {
      description: 'A hub with 30 managed clusters, one of which never answers',
      command: '<%= config.bin %> sandbox --managed-clusters 30 --fail sno-03:silent',
    },
    { description: 'Run one command in it, and end', command: `<%= config.bin %> sandbox --run 'regadm prune images'` },
  ];
  static override flags = {
    images: Flags.integer({
      helpValue: 'N',
      min: 1,
      max: 1_000_000,
      description: 'enlarge the sample data to about this many images (default: about 70)',
    }),
    fail: Flags.string({
      helpValue: 'RULE',
      multiple: true,
      multipleNonGreedy: true,
      description: 'make requests fail; can be repeated',
    }),
    dir: Flags.string({
      helpValue: 'DIR',
      description:
        "new or empty directory for the kubeconfigs and the registry's storage; kept at the end (default: a temporary one)",
    }),
    port: Flags.integer({
      helpValue: 'N',
      min: 0,
      max: 65_535,
      description: 'port of the API server (default: a free one)',
    }),
    'registry-port': Flags.integer({
      helpValue: 'N',
      min: 0,
      max: 65_535,
      description: 'port of the registry (default: a free one)',
    }),
    replicas: Flags.integer({
      helpValue: 'N',
      min: 1,
      max: 20,
      default: 1,
      description: 'registry pods; more than one are rolled out one by one',
    }),
    'managed-clusters': Flags.integer({
      helpValue: 'N',
      min: 0,
      max: 500,
      default: 0,
      description: 'simulated edge clusters, sno-01 and so on, whose hub the API server is',
    }),
    latency: Flags.integer({
      helpValue: 'MS',
      min: 0,
      default: 0,
      description: 'extra latency added to every response, in ms',
    }),
    'read-only': Flags.boolean({ description: 'start with the registry in read-only mode' }),
    run: Flags.string({
      helpValue: 'COMMAND',
      description: 'run this shell command with KUBECONFIG set, and end with its status',
    }),
    demo: Flags.boolean({ description: 'show a dry run and a confirmed prune with the space that it frees, and end' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.read(SandboxCommand);
    if (flags.dir !== undefined) createDirectory(flags.dir);
    const print = (text: string): void => this.print(text);
    await interruptible(
      async (signal) => {
        if (flags.demo) return (await import('../sandbox/demo/demo.js')).runDemo({ print, signal });
        const { serve } = await import('../sandbox/serve.js');
        const log = (text: string): void => this.logAt(1, text);
        const printed = async (text: string): Promise<boolean> => {
          print(text);
          await stdout().settled();
          return !stdout().isIncomplete;
        };
        process.exitCode = await serve(toOptions(flags), { run: flags.run, signal, print: printed, log });
      },
      { note: this.note, message: 'Stopping the sandbox. Press Ctrl-C again to stop at once.' },
    );
  }
}

/** Creates the directory, in which the sandbox writes only if it is empty. @throws RegadmError (USAGE) */
function createDirectory(dir: string): void {
  try {
    makeDirectory(path.resolve(dir));
  } catch (error) {
    throw usageError(`invalid --dir: ${messageOf(error)}`, ['name a directory that this user can create']);
  }
}

function toOptions(flags: FlagsOf<typeof SandboxCommand>): HubOptions {
  return {
    sample: true,
    managedClusters: flags['managed-clusters'],
    prunableInPod: true,
    images: flags.images,
    fail: flags.fail,
    dir: flags.dir,
    port: flags.port,
    registryPort: flags['registry-port'],
    replicas: flags.replicas,
    latencyMs: flags.latency,
    registryReadOnly: flags['read-only'],
  };
}
