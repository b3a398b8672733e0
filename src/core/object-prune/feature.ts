import type { RunContext } from '../deletion/run-context.js';
import type { ListedResource } from '../cluster/resources.js';
import type { AuditEntry } from '../deletion/audit-log.js';
import type { KubeObject } from '../model/kube.js';
import type { PrunableKind, PrunableObject } from './plan/object.js';
import type { ObjectPruneOptions } from './plan/options.js';
import type { ObjectEvidence, ObjectPrunePlan } from './plan/plan.js';
import type { ObjectPrunePorts } from './ports.js';

/** What is known of a kind of objects that can be deleted. */
export interface KindOfObject {
  resource: ListedResource;
  action: AuditEntry['action'];
  /** Reads an object again in the same way as its list. @throws TypeError if a field has an unexpected type */
  reduce(object: KubeObject): PrunableObject;
}

/** What `prune builds` and `prune deployments` differ in. */
export interface ObjectPruneFeature {
  /** The kind of its document. */
  document: 'BuildPrune' | 'DeploymentPrune';
  /** What the objects are together: `builds`, `deployments`. */
  things: 'builds' | 'deployments';
  /** The noun for one object and for several, in sentences. */
  nouns: { one: string; many: string };
  kinds: Partial<Record<PrunableKind, KindOfObject>>;
  /** The resources of owners, by kind. */
  owners: Record<string, ListedResource>;
  /** Reads everything that the plan is computed from. @throws RegadmError that names what cannot be read */
  gather(ports: ObjectPrunePorts, options: ObjectPruneOptions, context: RunContext): Promise<ObjectEvidence>;
  /** Decides on every object. Pure. */
  plan(evidence: ObjectEvidence, options: ObjectPruneOptions): ObjectPrunePlan;
}
