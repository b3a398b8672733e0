import type { ClusterApi } from '../../cluster/api.js';
import { getObject } from '../../cluster/objects.js';
import type { Condition } from '../../model/kube.js';
import { managementState, type RegistryConfig } from '../../operator/config.js';
import { CONFIG, CONFIG_NAME, IMAGE_CONFIG } from '../../operator/objects.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';
import { claimIn } from './claim.js';

const { passed, failed, warning } = checker('cluster');
/** The status of the conditions of a registry that works. */
const WANTED = { Available: 'True', Degraded: 'False' } as const;
const CHECK_OPERATOR = `check the operator: oc describe ${CONFIG_NAME}`;

/** Checks that the registry's Config is Managed, Available and not Degraded, and names a claim. @throws ApiError */
export async function checkConfig(api: ClusterApi): Promise<EdgeCheck[]> {
  const name = 'registry-config';
  const config = await getObject<RegistryConfig>(api, CONFIG);
  const state = managementState(config);
  if (state !== 'Managed')
    return [failed(name, `managementState is ${state || 'not set'}`, 'set spec.managementState to Managed')];
  const problems = conditionProblems(config.status?.conditions ?? []);
  if (problems.length > 0) return problems.map((problem) => failed(name, problem, CHECK_OPERATOR));
  const claim = claimIn(config);
  if (!claim)
    return [failed(name, 'the registry has no claim for its storage', `set spec.storage.pvc.claim to ${NAMES.claim}`)];
  if (isOutdated(config)) return [warning(name, 'the operator has not applied its latest change yet', CHECK_OPERATOR)];
  return [passed(name, `available, on claim ${claim}`)];
}

/** Returns what keeps the registry from being available and not degraded. */
function conditionProblems(conditions: Condition[]): string[] {
  return Object.entries(WANTED).flatMap(([type, wanted]) => {
    const found = conditions.find((condition) => condition.type === type);
    if (!found) return wanted === 'True' ? [`the operator does not state that the registry is ${type}`] : [];
    const { status, reason = '', message = '' } = found;
    return status === wanted ? [] : [`${type} is ${status}: ${reason} ${message}`.trim()];
  });
}

/** True if the conditions describe an earlier state of the spec. */
function isOutdated({ metadata, status }: RegistryConfig): boolean {
  return Number(status?.observedGeneration) < Number(metadata.generation);
}

/** Checks that the cluster's image configuration reports no error and has the registry's name. @throws ApiError */
export async function checkImageConfig(api: ClusterApi): Promise<EdgeCheck[]> {
  const name = 'image-config';
  const { status = {} } = await getObject(api, IMAGE_CONFIG);
  const conditions = (status.conditions ?? []) as Condition[];
  const errors = conditions.filter(({ type, status }) => /degraded|fail|error/i.test(type) && status === 'True');
  if (errors.length > 0)
    return errors.map(({ type, message = '' }) =>
      failed(name, `${type}: ${message}`, 'see its conditions: oc describe image.config.openshift.io/cluster'),
    );
  if (!status.internalRegistryHostname) {
    const message = 'internalRegistryHostname is not set: builds and image streams do not know the registry';
    return [warning(name, message, 'wait until the operator has set it')];
  }
  return [passed(name, `the registry is known as ${String(status.internalRegistryHostname)}`)];
}
