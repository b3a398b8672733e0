import { messageOf } from '../../model/errors.js';
import { hasPrunerRole } from '../../operator/binding.js';
import { assertNoPruner } from '../../operator/guards.js';
import type { Lease } from '../../operator/lease/lease.js';
import { pickPod } from '../../operator/pods.js';
import { readDeployment } from '../../operator/rollout.js';
import { BIND_ROLE, EXEC_IN_POD, READ_IMAGES, assertPermissions } from '../../operator/permissions.js';
import type { HardPrunePorts } from '../ports.js';
import type { CheckStep } from '../preflight.js';
import type { Findings } from '../report.js';
import type { CommonRequest, ViaPod } from '../request.js';
import { checkIndexes } from './indexes.js';
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
    this.checks = { find, delete: [{ name: 'indexes', run: () => this.checkIndexes() }, ...find] };
  }

  /**
   * Finds unused data. Works for users who cannot list images and streams; possible damage to image indexes is unknown
   * then.
   */
  async preview(): Promise<Findings> {
    const { api, reporter, signal } = this.ports;
    const pod = await pickPod(api, this.request.way.pod);
    const { plan, warnings } = await new PodPruner({ api, pod, reporter }).find(signal);
    const problem = await assertPermissions(api, READ_IMAGES)
      .then(() => this.checkIndexes())
      .then(
        () => [],
        (error: unknown) => [messageOf(error)],
      );
    return { plan, warnings: [...warnings, ...problem] };
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
    return new PodPruner({
      api,
      pod,
      reporter,
      beforeStart: ({ name, uid, containerId }) => lease.recordPod({ name, uid, containerId }),
    });
  }

  private checkIndexes(): Promise<string> {
    return checkIndexes(this.ports, this.request.rules);
  }
}
