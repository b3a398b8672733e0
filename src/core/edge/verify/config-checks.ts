import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { getObject } from '../../cluster/objects.js';
import { conditionsOf } from '../../model/kube.js';
import { isAbsent } from '../../model/values/json.js';
import { CONFIG, CONFIG_NAME, IMAGE_CONFIG } from '../../operator/objects.js';
import { valueAt } from '../model.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';
import { claimIn } from './claim.js';
import { textAt } from './fields.js';

const { passed, failed, warning } = checker('cluster');
/** The status of the conditions of a registry that works. */
const WANTED = { Available: 'True', Degraded: 'False' } as const;
const OUTDATED = 'the operator has not acted on the latest change of the Config yet';
const CHECK_OPERATOR = `check the operator: oc describe ${CONFIG_NAME}`;

/** Checks that the registry's Config is Managed, Available and not Degraded, and names a claim. @throws ApiError */
export async function checkConfig(api: ClusterApi): Promise<EdgeCheck[]> {
  const name = 'registry-config';
  const config = await getObject(api, CONFIG);
  const state = textAt(config, 'spec', 'managementState');
  if (state !== 'Managed')
    return [failed(name, `managementState is ${state ?? 'not set'}`, 'set spec.managementState to Managed')];
  const problems = operatorProblems(config);
  if (problems.length > 0) return problems.map((problem) => failed(name, problem, CHECK_OPERATOR));
  const claim = claimIn(config);
  if (!claim)
    return [failed(name, 'the registry has no claim for its storage', `set spec.storage.pvc.claim to ${NAMES.claim}`)];
  return [passed(name, `available, on claim ${claim}`)];
}

/** Returns what the operator reports, or does not report, of a registry that works. */
function operatorProblems(config: KubeObject): string[] {
  const conditions = conditionsOf(config);
  const problems = Object.entries(WANTED).flatMap(([type, wanted]) => {
    const found = conditions.find((condition) => condition.type === type);
    if (!found) return [`the operator does not report whether the registry is ${type}`];
    const { status, reason = '', message = '' } = found;
    return status === wanted ? [] : [`${type} is ${status}: ${reason} ${message}`.trim()];
  });
  return problems.length === 0 && isOutdated(config) ? [OUTDATED] : problems;
}

/** True unless the conditions describe the present spec. */
function isOutdated(config: KubeObject): boolean {
  const wanted = valueAt(config, ['metadata', 'generation']);
  return !isAbsent(wanted) && valueAt(config, ['status', 'observedGeneration']) !== wanted;
}

/** Checks that the cluster's image configuration reports no error and has the registry's name. @throws ApiError */
export async function checkImageConfig(api: ClusterApi): Promise<EdgeCheck[]> {
  const name = 'image-config';
  const config = await getObject(api, IMAGE_CONFIG);
  const errors = conditionsOf(config).filter(
    ({ type, status }) => /degraded|fail|error/i.test(type) && status === 'True',
  );
  if (errors.length > 0)
    return errors.map(({ type, message = '' }) =>
      failed(name, `${type}: ${message}`, 'see its conditions: oc describe image.config.openshift.io/cluster'),
    );
  const host = textAt(config, 'status', 'internalRegistryHostname');
  if (host === undefined) {
    const message = 'internalRegistryHostname is not set: builds and image streams do not know the registry';
    return [warning(name, message, 'wait until the operator has set it')];
  }
  return [passed(name, `the registry is known as ${host}`)];
}
