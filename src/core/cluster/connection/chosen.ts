import type { KubeConfig, User } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import type { Identity } from '../api.js';
import { shownName, type Credential } from './kubeconfig-source.js';

/** Returns who sends the requests. */
export function identityOf(config: KubeConfig): Identity {
  const user: (User & Credential) | null = config.getCurrentUser();
  return {
    context: shownName(config.getContextObject(config.currentContext)),
    user: shownName(user),
    hasGivenToken: user?.hasGivenToken ?? false,
  };
}

/** Returns the certificate authority that the chosen cluster trusts, PEM. */
export function authorityOf(config: KubeConfig): Buffer | undefined {
  const { caData, caFile } = config.getCurrentCluster()!;
  if (caData) return Buffer.from(caData, 'base64');
  return caFile ? readFileSync(caFile) : undefined;
}
