import type { Faults } from '../http/faults.js';
import { REGISTRY_DEPLOYMENT, REGISTRY_NAMESPACE } from '../names.js';
import { condition } from './conditions.js';
import {
  advance,
  templateHashOf,
  isReady,
  isTerminating,
  newPod,
  registryPods,
  replicaSet,
  templateHash,
} from './pods.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../../core/model/kube.js';

/** Simulates the controller of the Deployment: each step moves the registry's pods one state closer to the template. */
export class Rollout {
  constructor(
    private readonly store: Store,
    private readonly faults: Faults,
  ) {}

  deployment(): KubeObject | undefined {
    return this.store.find(this.store.resource('deployments'), REGISTRY_NAMESPACE, REGISTRY_DEPLOYMENT);
  }

  /** Makes one step. @returns false if the pods match the template, or none can change */
  step(): boolean {
    const deployment = this.deployment();
    if (!deployment) return this.removePods();
    if (this.observe(deployment)) return true;
    const moved = this.movePods(deployment);
    this.writeStatus(this.deployment()!);
    return moved;
  }

  private removePods(): boolean {
    const pods = registryPods(this.store);
    for (const pod of pods) this.store.remove('pods', REGISTRY_NAMESPACE, pod.metadata.name);
    return pods.length > 0;
  }

  /** Observes a new template; before that, `observedGeneration` is lower than the generation. */
  private observe(deployment: KubeObject): boolean {
    const { generation } = deployment.metadata;
    if (deployment.status?.observedGeneration === generation) return false;
    const set = replicaSet(deployment);
    if (!this.store.get('replicasets', REGISTRY_NAMESPACE, set.metadata.name)) this.store.put('replicasets', set);
    this.writeStatus(deployment, generation);
    return true;
  }

  private movePods(deployment: KubeObject): boolean {
    const pods = registryPods(this.store);
    const terminating = pods.filter(isTerminating);
    if (terminating.length) {
      for (const pod of terminating) this.store.remove('pods', REGISTRY_NAMESPACE, pod.metadata.name);
      return true;
    }
    const hash = templateHash(deployment);
    const fresh = pods.filter((pod) => templateHashOf(pod) === hash);
    const old = pods.filter((pod) => templateHashOf(pod) !== hash);
    const starting = fresh.find((pod) => !isReady(pod));
    if (starting && this.advancePod(starting)) return true;
    if (starting) return false;
    const recreate = (deployment.spec?.strategy as { type?: string } | undefined)?.type === 'Recreate';
    const wanted = Number(deployment.spec?.replicas ?? 1);
    if (fresh.length > wanted) return this.terminate(fresh.slice(wanted));
    if (recreate && old.length) return this.terminate(old);
    if (old.length && fresh.length + old.length > wanted) return this.terminate(old.slice(0, 1));
    if (fresh.length < wanted) {
      this.store.put('pods', newPod(deployment));
      return true;
    }
    return old.length > 0 && this.terminate(old);
  }

  private advancePod(pod: KubeObject): boolean {
    if (this.faults.has('rollout-stuck') && pod.status?.phase === 'Running') return false;
    this.store.put('pods', advance(pod, this.store.timestamp()));
    return true;
  }

  private terminate(pods: KubeObject[]): boolean {
    for (const pod of pods) {
      const metadata = { ...pod.metadata, deletionTimestamp: this.store.timestamp(), deletionGracePeriodSeconds: 30 };
      this.store.put('pods', { ...pod, metadata });
    }
    return true;
  }

  private writeStatus(
    deployment: KubeObject,
    observedGeneration = deployment.status?.observedGeneration as number,
  ): void {
    const pods = registryPods(this.store).filter((pod) => !isTerminating(pod));
    const ready = pods.filter(isReady).length;
    const updated = pods.filter((pod) => templateHashOf(pod) === templateHash(deployment)).length;
    const wanted = Number(deployment.spec?.replicas ?? 1);
    const status = {
      observedGeneration,
      replicas: pods.length,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: ready,
      ...(ready < wanted ? { unavailableReplicas: wanted - ready } : {}),
      conditions: [
        condition('Available', ready > 0),
        condition('Progressing', true, {
          reason: updated === wanted && ready >= wanted ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
        }),
      ],
    };
    if (JSON.stringify(status) !== JSON.stringify(deployment.status))
      this.store.put('deployments', { ...deployment, status });
  }

  /** Returns whether all pods run the current template, are ready, and no other pod is left. */
  isComplete(): boolean {
    const deployment = this.deployment();
    const pods = registryPods(this.store);
    if (!deployment) return pods.length === 0;
    const hash = templateHash(deployment);
    return (
      deployment.status?.observedGeneration === deployment.metadata.generation &&
      pods.length === Number(deployment.spec?.replicas ?? 1) &&
      pods.every((pod) => templateHashOf(pod) === hash && isReady(pod) && !isTerminating(pod))
    );
  }
}
