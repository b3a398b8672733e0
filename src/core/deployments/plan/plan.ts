import { keyOf, type OwnerRecord } from '../../object-prune/plan/object.js';
import type { ObjectPruneOptions } from '../../object-prune/plan/options.js';
import {
  Decisions,
  groupBy,
  indexOwners,
  type ObjectEvidence,
  type ObjectPrunePlan,
} from '../../object-prune/plan/plan.js';
import { ageReason, type KeepReason, type Outcome } from '../../object-prune/plan/reason.js';
import type { ReplicaController } from './controller.js';
import {
  currentRevisions,
  isReplaced,
  otherOwnerOf,
  ownerKey,
  ownerNameOf,
  ownerReferenceOf,
  revisionsKey,
} from './owners.js';

/** What is read of the cluster before deployments are pruned. */
export interface DeploymentEvidence extends ObjectEvidence {
  objects: readonly ReplicaController[];
}

const OUTCOMES = new Map<string | undefined, Outcome>([
  ['Complete', 'complete'],
  ['Failed', 'failed'],
]);

interface Counted {
  controller: ReplicaController;
  owner: OwnerRecord;
}

/**
 * Decides on every ReplicationController and ReplicaSet. Of every DeploymentConfig and Deployment, the newest ones
 * without replicas stay; those younger than `--keep-younger-than` stay and are not counted. With `--rules oc`, the
 * decisions are those of `oc adm prune deployments`.
 * @see https://github.com/openshift/oc/tree/master/pkg/cli/admin/prune/deployments
 */
export function planDeployments(evidence: DeploymentEvidence, options: ObjectPruneOptions): ObjectPrunePlan {
  return new DeploymentPlanner(evidence, options).plan();
}

class DeploymentPlanner {
  private readonly decisions = new Decisions();
  private readonly counted: Counted[] = [];
  private readonly owners: Map<string, OwnerRecord>;
  /** Owners by name, whatever their kind. */
  private readonly namesakes: Map<string, OwnerRecord>;
  private readonly isSafe: boolean;

  constructor(
    private readonly evidence: DeploymentEvidence,
    private readonly options: ObjectPruneOptions,
  ) {
    this.isSafe = options.rules === 'safe';
    this.namesakes = indexOwners(evidence.owners);
    this.owners = new Map(evidence.owners.map((owner) => [this.keyOf(owner), owner]));
  }

  plan(): ObjectPrunePlan {
    for (const controller of this.evidence.objects) {
      const obstacle = this.obstacleTo(controller);
      if (obstacle) this.decisions.keep(controller, obstacle);
      else this.decide(controller);
    }
    const current = this.isSafe ? currentRevisions(this.evidence.objects) : undefined;
    for (const group of groupBy(this.counted, ({ owner }) => this.keyOf(owner)).values()) this.retain(group, current);
    return this.decisions.toPlan(this.options);
  }

  /** `oc` finds owners by name, whatever their kind. */
  private keyOf(owner: { kind: string; namespace: string; name: string }): string {
    return this.isSafe ? ownerKey(owner) : keyOf(owner);
  }

  /** Returns why a controller is kept whatever owns it. */
  private obstacleTo(controller: ReplicaController): KeepReason | undefined {
    const { wanted, running, phase } = controller;
    if (wanted !== 0 || (this.isSafe ? running !== 0 : (running ?? 0) !== 0)) return { because: 'replicas' };
    const young = ageReason(controller, this.evidence.now, this.options);
    if (young) return young;
    const other = this.isSafe ? otherOwnerOf(controller) : undefined;
    if (other) return { because: 'other-controller', owner: other };
    return OUTCOMES.has(phase) ? undefined : { because: 'phase', phase };
  }

  private decide(controller: ReplicaController): void {
    const { orphans } = this.options;
    const name = ownerNameOf(controller);
    if (!name) {
      // `oc` deletes with --orphans what nothing owns, and what an owner of another kind manages.
      if (orphans && !this.isSafe) return this.decisions.delete(controller, { because: 'orphan' });
      return this.decisions.keep(controller, { because: 'no-owner' });
    }
    const owner = this.owners.get(this.keyOf(name));
    if (!owner) {
      // `oc` counts it as one of this owner.
      const namesake = this.namesakes.get(keyOf(name));
      if (this.isSafe && namesake)
        return this.decisions.keep(controller, { because: 'namesake', owner: name, namesake });
      if (orphans) return this.decisions.delete(controller, { because: 'orphan', owner: name });
      return this.decisions.keep(controller, { because: 'orphan-kept', owner: name });
    }
    if (this.isSafe && isReplaced(ownerReferenceOf(controller), owner))
      return this.decisions.keep(controller, { because: 'owner-replaced', owner });
    this.counted.push({ controller, owner });
  }

  private retain(group: readonly Counted[], current: ReturnType<typeof currentRevisions> | undefined): void {
    const { owner, controller: first } = group[0]!;
    const newest = current?.newest.get(revisionsKey(first) ?? '');
    for (const outcome of ['complete', 'failed'] as const) {
      const controllers = group
        .map(({ controller }) => controller)
        .filter(({ phase }) => OUTCOMES.get(phase) === outcome);
      const keep = outcome === 'complete' ? this.options.keepComplete : this.options.keepFailed;
      this.decisions.retain(controllers, { outcome, keep, owner, current: current?.all, newest });
    }
  }
}
