import { messageOf } from '../../model/errors.js';
import { hasPrunerRole } from '../../operator/binding.js';
import { assertNoPruner } from '../../operator/guards.js';
import { PRESERVE_ORIGINAL, readImportMode } from '../../operator/import-mode.js';
import type { Lease } from '../../operator/lease/lease.js';
import { pickPod } from '../../operator/pods.js';
import { readDeployment } from '../../operator/rollout.js';
import { BIND_ROLE, EXEC_IN_POD, READ_IMAGES, assertPermissions } from '../../operator/permissions.js';
import type { HardPrunePorts } from '../ports.js';
import type { CheckStep } from '../preflight.js';
import { readUsage } from '../../orphans/gather/usage.js';
import { assertBlobsKnown, type JudgeOptions } from '../plan/judge-pod.js';
import type { ClusterUsage } from '../../orphans/plan/usage.js';
import type { Findings } from '../report.js';
import type { CommonRequest, ViaPod } from '../request.js';
import { PodPruner } from './pod-pruner.js';
import type { Pruner, Way } from './way.js';

/** Prunes with the registry's own pruner in a pod. */
export class PodWay implements Way {
  readonly permissions = { find: EXEC_IN_POD, delete: [...READ_IMAGES, ...BIND_ROLE] };
  readonly checks: Way['checks'];

  constructor(
    private readonly ports: HardPrunePorts,
    private readonly request: CommonRequest & { way: ViaPod },
  ) {
    const { api, reporter } = ports;
    const find: CheckStep[] = [
      { name: 'pod', run: async () => `the pruner can run in pod ${(await pickPod(api, request.way.pod)).name}` },
      {
        name: 'pruner',
        run: async () => {
          await assertNoPruner(api, reporter);
          return 'no pruner runs in a registry pod';
        },
      },
    ];
    this.checks = { find, delete: [{ name: 'images', run: () => this.checkImages() }, ...find] };
  }

  /** Finds unused data. Works for users who cannot list images and streams; then its findings cannot be judged. */
  async preview(): Promise<Findings> {
    const { api, reporter, signal } = this.ports;
    const pod = await pickPod(api, this.request.way.pod);
    let problem: string[] = [];
    const readUsage = async (): Promise<ClusterUsage | undefined> => {
      try {
        await assertPermissions(api, READ_IMAGES);
        return await this.readUsage(signal);
      } catch (error) {
        problem = [messageOf(error)];
        return undefined;
      }
    };
    const pruner = new PodPruner({ api, pod, reporter, judge: this.judge(false), readUsage });
    const findings = await pruner.find(signal);
    return { ...findings, warnings: [...findings.warnings, ...problem, ...(await this.importWarnings())] };
  }

  /** Finds unused data, and refuses what the pruner would damage, before the registry is rolled out for it. */
  async scan(): Promise<Findings> {
    const { api, reporter, signal } = this.ports;
    const pod = await pickPod(api, this.request.way.pod);
    const readUsage = (): Promise<ClusterUsage> => this.readUsage(signal);
    return new PodPruner({ api, pod, reporter, judge: this.judge(true), readUsage }).find(signal);
  }

  async accountWithoutRole(): Promise<string | undefined> {
    const { api } = this.ports;
    const account = (await readDeployment(api)).spec?.template?.spec?.serviceAccountName ?? 'default';
    return (await hasPrunerRole(api, account)) ? undefined : account;
  }

  /** Opens the pruner. A change of the mode replaces all pods, so the requested pod is used only if it still exists. */
  async open(lease: Lease): Promise<Pruner> {
    const { api, reporter } = this.ports;
    const requested = this.request.way.pod;
    const pod = await pickPod(api, lease.record.changesMode ? undefined : requested);
    if (requested && pod.name !== requested)
      reporter.note(`pod ${requested} was replaced when the mode changed; using ${pod.name}`);
    for (const warning of await this.importWarnings()) reporter.warning(warning);
    return new PodPruner({
      api,
      pod,
      reporter,
      judge: this.judge(true),
      readUsage: (signal) => this.readUsage(signal),
      beforeStart: ({ name, uid, containerId }) => lease.recordPod({ name, uid, containerId }),
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private judge(confirmed: boolean): JudgeOptions {
    const { rules, acceptPartial } = this.request;
    return { rules, acceptPartial, confirmed };
  }

  private readUsage(signal: AbortSignal): Promise<ClusterUsage> {
    return readUsage(this.ports.api, { signal });
  }

  /**
   * Refuses, before the registry changes its mode, what its pruner would certainly damage. The lists are read again
   * when the registry is read-only, because images can be pushed until then.
   */
  private async checkImages(): Promise<string> {
    const { rules } = this.request;
    if (rules === 'registry') return 'the rules of the registry do not look at images';
    assertBlobsKnown(await this.readUsage(this.ports.signal), { rules, confirmed: true });
    return 'all images name their blobs';
  }

  private async importWarnings(): Promise<string[]> {
    this.ports.reporter.phase('reading how images are imported');
    return (await readImportMode(this.ports.api)) === PRESERVE_ORIGINAL ? [IMPORTS_INDEXES] : [];
  }
}

const IMPORTS_INDEXES = `image streams import image indexes (imageStreamImportMode: ${PRESERVE_ORIGINAL}), and the registry's own pruner does not know their children; --storage keeps them`;
