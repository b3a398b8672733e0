import type { ClusterApi } from '../../cluster/api.js';
import { getObject } from '../../cluster/objects.js';
import type { Condition } from '../../model/kube.js';
import { managementState, type RegistryConfig } from '../../operator/config.js';
import { CONFIG, CONFIG_NAME, IMAGE_CONFIG } from '../../operator/objects.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';
import { claimIn } from './claim.js';

const { passed, failed, warning } = checker('cluster');

/** Checks that the registry's Config is Managed, Available and not Degraded, and names a claim. @throws ApiError */
export async function checkConfig(api: ClusterApi): Promise<EdgeCheck[]> {
  const name = 'registry-config';
  const config = await getObject<RegistryConfig>(api, CONFIG);
  const state = managementState(config);
  if (state !== 'Managed') return [failed(name, `managementState is ${state}`, 'set spec.managementState to Managed')];
  const bad = (config.status?.conditions ?? []).filter(isBad);
  if (bad.length > 0)
    return bad.map(({ type, status, reason = '', message = '' }) =>
      failed(
        name,
        `${type} is ${status}: ${reason} ${message}`.trim(),
        `check the operator: oc describe ${CONFIG_NAME}`,
      ),
    );
  const claim = claimIn(config);
  if (!claim)
    return [failed(name, 'the registry has no claim for its storage', `set spec.storage.pvc.claim to ${NAMES.claim}`)];
  return [passed(name, `available, on claim ${claim}`)];
}

function isBad({ type, status }: Condition): boolean {
  return type === 'Available' ? status !== 'True' : type === 'Degraded' && status === 'True';
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
