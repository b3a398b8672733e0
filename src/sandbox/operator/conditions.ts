import type { KubeObject } from '../../core/model/kube.js';

export interface Condition {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** Makes a condition of an object's status. */
export function condition(type: string, holds: boolean, rest: Omit<Condition, 'type' | 'status'> = {}): Condition {
  return { type, status: holds ? 'True' : 'False', ...rest };
}

/** Returns whether the status of an object has the condition `type` with status True. */
export function hasCondition(object: KubeObject, type: string): boolean {
  const conditions = (object.status?.conditions ?? []) as Condition[];
  return conditions.some((candidate) => candidate.type === type && candidate.status === 'True');
}
