import type { User } from '@kubernetes/client-node';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { isRecord } from '../../model/values/json.js';

/**
 * Refuses credentials that can ask the user for something, in a terminal or a browser: exec plugins that do not state
 * that they never do, and auth-providers, which are deprecated.
 * @throws RegadmError CREDENTIALS
 */
export function assertUnattended(user: User | null): void {
  if (!user || user.token) return;
  const provider = user.authProvider as { name?: string } | undefined;
  const { exec } = user as { exec?: unknown };
  const isSilent = !isRecord(exec) || exec.interactiveMode === 'Never';
  if (isSilent && (!provider || provider.name === 'tokenFile')) return;
  throw new RegadmError('the credentials of the kubeconfig can need a terminal', {
    code: 'CREDENTIALS',
    suggestions: [ADVICE.refreshCredentials],
  });
}
