import type { User } from '@kubernetes/client-node';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { assertClientCertificate } from './client-certificate.js';
import { sourceFields, type Sourced } from './kubeconfig-source.js';

/**
 * Checks that a client certificate has its key, as kubectl does, and that both can be used. With one of them, requests
 * would run as an anonymous user. A key alone is ignored if the user has other credentials.
 * @throws RegadmError KUBECONFIG_INVALID
 */
export async function assertCertificatePair(user: (User & Sourced) | null): Promise<void> {
  if (!user) return;
  const hasCertificate = Boolean(user.certData || user.certFile);
  const hasKey = Boolean(user.keyData || user.keyFile);
  if (hasCertificate && hasKey) return assertClientCertificate(user);
  if (hasCertificate === hasKey) return;
  if (hasKey && (await hasOtherCredentials(user))) return;
  const [present, missing] = hasKey ? ['client-key', 'client-certificate'] : ['client-certificate', 'client-key'];
  throw new RegadmError(`the kubeconfig's user has a ${present}, but no ${missing}`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: [ADVICE.certificatePair(missing!)],
  });
}

async function hasOtherCredentials(user: User & Sourced): Promise<boolean> {
  if (user.token || user.username || user.exec || user.authProvider) return true;
  return Boolean((await sourceFields(user, 'user')).tokenFile);
}
