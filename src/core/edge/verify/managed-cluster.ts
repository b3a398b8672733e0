import { RegadmError } from '../../model/errors.js';
import type { ClusterApi } from '../../cluster/api.js';
import { findObject } from '../../cluster/objects.js';
import { SECRETS } from '../../cluster/resources.js';
import { inlineKubeconfig } from '../../cluster/connection/untrusted-kubeconfig.js';
import { textAt } from './fields.js';

/** The kubeconfig of a managed cluster. */
export interface HubKubeconfig {
  /** Its content, with inline credentials only; it is a credential and is never printed. */
  text: string;
  /** What it was read from, for users. */
  source: string;
}

/**
 * Reads the kubeconfig of a managed cluster from its hub: secret `NAME-admin-kubeconfig` in namespace NAME.
 * @throws RegadmError NO_MANAGED_KUBECONFIG, KUBECONFIG_INVALID, ApiError
 */
export async function managedKubeconfig(hub: ClusterApi, cluster: string): Promise<HubKubeconfig> {
  const name = `${cluster}-admin-kubeconfig`;
  const secret = `secret ${cluster}/${name}`;
  const found = await findObject(hub, { resource: SECRETS, namespace: cluster, name });
  if (!found) throw missing(`the hub has no ${secret}`);
  const kubeconfig = textAt(found, 'data', 'kubeconfig');
  if (kubeconfig === undefined) throw missing(`${secret} of the hub has no key kubeconfig`);
  const text = inlineKubeconfig(Buffer.from(kubeconfig, 'base64').toString('utf8'), secret);
  return { text, source: `${secret} of the hub` };
}

function missing(message: string): RegadmError {
  return new RegadmError(message, {
    code: 'NO_MANAGED_KUBECONFIG',
    suggestions: [
      'check the name of the cluster and that it is installed',
      "pass the managed cluster's own kubeconfig: --kubeconfig FILE",
    ],
  });
}
