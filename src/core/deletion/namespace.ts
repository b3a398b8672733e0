import { RegadmError } from '../model/errors.js';
import type { RunContext } from './run-context.js';

interface NamespaceCheck {
  /** What a prune of the namespace reads: `image streams`. */
  things: string;
  /** The command that lists them. */
  remedy: string;
  /** True: a missing namespace is only a warning, because `oc` succeeds. */
  asOc: boolean;
  /** Tells whether a namespace exists; the error if that cannot be read. */
  hasNamespace(name: string, signal?: AbortSignal): Promise<boolean | RegadmError>;
}

/**
 * Checks a namespace in which nothing was found: its name can be misspelled, and a prune of it would report success.
 * @throws RegadmError NOT_FOUND if it does not exist and the user is allowed to see that
 */
export async function checkEmptyNamespace(
  namespace: string,
  { things, remedy, asOc, hasNamespace }: NamespaceCheck,
  { reporter, signal }: RunContext,
): Promise<void> {
  const exists = await hasNamespace(namespace, signal);
  if (exists === true) return;
  const suggestions = [`check the name: ${remedy}`];
  const missing = `namespace ${namespace} does not exist`;
  if (exists === false && !asOc) throw new RegadmError(missing, { code: 'NOT_FOUND', suggestions });
  const problem = exists === false ? missing : `namespace ${namespace} has no ${things}, and ${describe(exists)}`;
  reporter.warning(`${problem}; ${suggestions.join('; ')}`);
}

function describe({ code, message }: RegadmError): string {
  return code === 'FORBIDDEN'
    ? 'this user may not see whether it exists'
    : `it is not known whether it exists (${message})`;
}
