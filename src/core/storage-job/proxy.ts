import { hideUserInfo } from '../kit/secrets/known.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { registryContainer } from '../operator/deployed-storage.js';
import { entryIn } from '../operator/pod-environment.js';
import type { Deployment } from '../operator/rollout.js';
import { notPossible } from './not-possible.js';
import type { Variable } from './place.js';
import type { JobKind } from './request.js';

const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY'];
const EXCEPTIONS = 'NO_PROXY';

/** Hosts that a pod never reaches through the proxy: those of the cluster, the API server's address included. */
const IN_CLUSTER = '.svc,.cluster.local,$(KUBERNETES_SERVICE_HOST)';

/**
 * Returns the variables that name the proxy of the registry's container: the operator sets them from the cluster's
 * proxy, and from its own configuration. A proxy with a password comes from the Secret.
 * @param secret the Secret that the user names
 * @throws RegadmError JOB_NOT_POSSIBLE if there is a password and no Secret
 */
export function proxyVariables(deployment: Deployment, job: JobKind, secret: string | undefined): Variable[] {
  const container = registryContainer(deployment);
  const named = (name: string): Variable | undefined => {
    const found = entryIn(container, name);
    return found && (found.valueFrom || found.value) ? found : undefined;
  };
  const found = PROXIES.flatMap((name) => named(name) ?? []);
  const secrets = found.filter(hasPassword).map(({ name }) => name);
  if (secrets.length > 0 && secret === undefined) throw needsSecret(job, secrets);
  const proxies = found.map((entry) => withoutPassword(entry, secret));
  if (proxies.length === 0) return [];
  const exceptions = named(EXCEPTIONS);
  const value = [exceptions?.value, IN_CLUSTER].filter(Boolean).join(',');
  return [...proxies, exceptions?.valueFrom ? exceptions : { name: EXCEPTIONS, value }];
}

/** True for a URL with a user, which does not belong in a printed object. */
function hasPassword({ value, valueFrom }: Variable): boolean {
  if (valueFrom || !value?.includes('@')) return false;
  hideUserInfo(value);
  return true;
}

function withoutPassword(entry: Variable, secret: string | undefined): Variable {
  const { name, value, valueFrom } = entry;
  if (hasPassword(entry)) return { name, valueFrom: { secretKeyRef: { name: secret, key: name } } };
  return { name, ...(valueFrom ? { valueFrom } : { value }) };
}

function needsSecret(job: JobKind, names: string[]): Error {
  const keys = `key${names.length > 1 ? 's' : ''} ${names.join(' and ')}`;
  const literals = names.map((name) => `--from-literal=${name}=…`).join(' ');
  return notPossible(
    job,
    `the proxy of the registry (${names.join(' and ')} of its Deployment) has a password, which does not belong in a printed object`,
    `put it into a Secret with the ${keys}, besides those of other credentials, and pass --credentials-secret NAME: oc -n ${REGISTRY_NAMESPACE} create secret generic NAME ${literals}`,
  );
}
