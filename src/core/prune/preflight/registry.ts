import { RegadmError } from '../../model/errors.js';
import type { Registry } from '../../registry/api.js';
import { failedWith, notChecked, type CheckName, type PreflightCheck } from './check.js';

export interface RegistryCheckInput {
  registry?: Registry | Error;
  repositories: readonly string[];
  confirm: boolean;
  pruneRegistry: boolean;
  hasToken: boolean;
  /** The API server says that this user may delete images. */
  mayDelete: boolean;
  randomDigest: () => string;
  signal?: AbortSignal;
}

/** The registry's checks: token, reachable and trusted, deletion enabled, mode. */
export async function checkRegistry(input: RegistryCheckInput): Promise<PreflightCheck[]> {
  const { registry, pruneRegistry, hasToken, confirm } = input;
  if (!pruneRegistry || !registry) return all(['token', 'registry', 'deletion', 'mode'], 'the registry is not touched');
  if (isUnknown(registry) && input.repositories.length === 0) {
    return all(
      ['token', 'registry', 'deletion', 'mode'],
      'the cluster names no registry, and there is no image stream',
    );
  }
  if (registry instanceof Error) {
    const why = 'the registry cannot be asked';
    return [token(hasToken), failedWith('registry', registry), notChecked('deletion', why), notChecked('mode', why)];
  }
  const trusted: PreflightCheck = {
    check: 'registry',
    ok: true,
    message: `${registry.url} answers${registry.verified ? ', its certificate is trusted' : '; the connection is not verified'}`,
  };
  if (!confirm || !hasToken) {
    const why = confirm ? 'there is no token' : 'only a deletion tells, and a dry run sends none';
    return [token(hasToken), trusted, notChecked('deletion', why), notChecked('mode', why)];
  }
  return probeDeletion(registry, input, trusted);
}

function token(hasToken: boolean): PreflightCheck {
  if (hasToken) return { check: 'token', ok: true, message: 'there is a token for the registry' };
  return {
    check: 'token',
    ok: false,
    message: 'there is no bearer token, which the registry needs for deletions',
    suggestion: 'log in with a user name (oc login), or pass --token: a client certificate alone is not enough',
  };
}

/** Where in the checks a failure of the probe belongs. */
const PLACE: Record<string, CheckName> = {
  REGISTRY_UNAUTHORIZED: 'token',
  REGISTRY_READ_ONLY: 'mode',
  REGISTRY_DELETE_DISABLED: 'deletion',
};

/**
 * Deletes a layer link and a blob with a random digest, which exist nowhere. In read-only mode the registry refuses links but
 * still deletes blobs: the link is what tells the mode, so without a repository the mode remains unknown.
 */
async function probeDeletion(
  registry: Registry,
  input: RegistryCheckInput,
  trusted: PreflightCheck,
): Promise<PreflightCheck[]> {
  const [repository] = input.repositories;
  const accepted: PreflightCheck = { check: 'token', ok: true, message: 'the registry accepts the token' };
  const enabled: PreflightCheck = { check: 'deletion', ok: true, message: 'the registry deletes' };
  const mode: PreflightCheck = repository
    ? { check: 'mode', ok: true, message: 'the registry is not in read-only mode' }
    : notChecked('mode', 'there is no image stream, and without one the registry does not tell');
  const checks = [accepted, trusted, enabled, mode];
  try {
    await probeLayerLink(registry, input);
    await registry.deleteBlob(input.randomDigest(), { signal: input.signal });
    return checks;
  } catch (error) {
    return withFailure(checks, error, input);
  }
}

/** An image stream may have been deleted since it was listed; what the registry answers for it then tells nothing. */
const MOST_REPOSITORIES = 3;

async function probeLayerLink(
  registry: Registry,
  { repositories, randomDigest, signal }: RegistryCheckInput,
): Promise<void> {
  const tried = repositories.slice(0, MOST_REPOSITORIES);
  for (const [index, repository] of tried.entries()) {
    try {
      await registry.deleteLayerLink(repository, randomDigest(), { signal });
      return;
    } catch (error) {
      const unclear = error instanceof RegadmError && error.code === 'REGISTRY_ERROR';
      if (!unclear || index === tried.length - 1) throw error;
    }
  }
}

function isUnknown(registry: Registry | Error): boolean {
  return registry instanceof RegadmError && registry.code === 'REGISTRY_UNKNOWN';
}

/** The checks up to the failure: what comes after it, or rests on it, was not checked. */
function withFailure(checks: PreflightCheck[], error: unknown, input: RegistryCheckInput): PreflightCheck[] {
  const place = (error instanceof RegadmError && PLACE[error.code]) || 'registry';
  const failed = failedWith(place, error);
  if (place === 'token' && input.mayDelete)
    failed.message += '; the API server says that this user may delete images, so the token is the likely cause';
  return checks.map((check) => {
    if (check.check === place) return failed;
    const told =
      check.check === 'registry' ||
      (check.check === 'token' && place !== 'registry') ||
      (place === 'mode' && check.check === 'deletion');
    return told ? check : notChecked(check.check, 'the check before it failed');
  });
}

function all(names: CheckName[], why: string): PreflightCheck[] {
  return names.map((name) => notChecked(name, why));
}
