import { ADVICE } from '../../model/advice.js';
import { hasCode, RegadmError } from '../../model/errors.js';
import type { Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import type { ClusterChecks } from '../ports.js';
import { explainLoginRefusal } from '../../operator/login-refusal.js';
import { isRegistryAbsent } from '../plan/needs-registry.js';
import { failedWith, notChecked, passed, type PreflightCheck, type PreflightName } from './check.js';

interface RegistryCheckInput {
  registry?: Registry | Error;
  repositories: readonly RepositoryName[];
  probeDeletion: boolean;
  pruneRegistry: boolean;
  registryNeeded?: boolean;
  hasToken: boolean;
  /** True if the API server allows the user to delete images. */
  mayDelete: boolean;
  cluster: Pick<ClusterChecks, 'reviewAccess' | 'isSetReadOnly'>;
  randomDigest: () => Digest;
  signal?: AbortSignal;
}

const REGISTRY_CHECKS: PreflightName[] = ['token', 'registry', 'deletion', 'mode'];

/** Checks the registry: token, connection and certificate, deletion enabled, mode. */
export async function checkRegistry(input: RegistryCheckInput): Promise<PreflightCheck[]> {
  const { registry, pruneRegistry, hasToken, probeDeletion } = input;
  if (!pruneRegistry || !registry) return noneChecked('the registry is not changed');
  const { registryNeeded = input.repositories.length > 0 } = input;
  if (isRegistryAbsent(registry) && !registryNeeded) return noneChecked('no registry was found, and none is needed');
  if (registry instanceof Error) {
    const why = 'the registry does not answer';
    return [
      checkToken(hasToken),
      failedWith('registry', registry),
      notChecked('deletion', why),
      notChecked('mode', why),
    ];
  }
  const trust = registry.verified ? ', its certificate is trusted' : '; the connection is not verified';
  const reachable = passed('registry', `${registry.url} answers${trust}`);
  if (probeDeletion && hasToken) return probe(registry, input, reachable);
  const why = probeDeletion ? 'no token' : 'a dry run does not test it';
  return [checkToken(hasToken), reachable, notChecked('deletion', why), await checkModeSetting(input, why)];
}

/** Checks the mode by the operator's config, where the registry itself is not asked. */
async function checkModeSetting({ cluster, signal }: RegistryCheckInput, why: string): Promise<PreflightCheck> {
  if (!(await cluster.isSetReadOnly?.(signal))) return notChecked('mode', why);
  return {
    name: 'mode',
    status: 'failed',
    message:
      'the registry is set to read-only mode (spec.readOnly of configs.imageregistry.operator.openshift.io/cluster); nothing was changed',
    suggestions: [ADVICE.endReadOnly],
  };
}

function checkToken(hasToken: boolean): PreflightCheck {
  if (hasToken) return passed('token', 'found a token for the registry');
  return {
    name: 'token',
    status: 'failed',
    message: 'there is no bearer token, which the registry needs for deletions',
    suggestions: ['log in with a user name (oc login), or pass --token: a client certificate alone is not enough'],
  };
}

/** The check that an error code of the probe belongs to; all other errors belong to `registry`. */
const CHECK_OF_ERROR: Record<string, PreflightName> = {
  REGISTRY_UNAUTHORIZED: 'token',
  FORBIDDEN: 'token',
  REGISTRY_READ_ONLY: 'mode',
  REGISTRY_DELETE_DISABLED: 'deletion',
};

/**
 * Deletes a layer link and a blob with random digests, which do not exist. In read-only mode, the registry refuses to
 * delete links but still deletes blobs. Only a link shows the mode, so without a repository the mode remains unknown.
 */
async function probe(
  registry: Registry,
  input: RegistryCheckInput,
  reachable: PreflightCheck,
): Promise<PreflightCheck[]> {
  const mode =
    input.repositories.length > 0
      ? passed('mode', 'the registry is not in read-only mode')
      : await checkModeSetting(
          input,
          'the registry shows its mode only in a repository, and there are no image streams',
        );
  const checks = [
    passed('token', 'the registry accepts the token'),
    reachable,
    passed('deletion', 'the registry allows deletion'),
    mode,
  ];
  try {
    await probeLayerLink(registry, input);
    await registry.probeBlobDeletion(input.randomDigest(), { signal: input.signal });
    return checks;
  } catch (error) {
    return withFailure(checks, await explained(error, input), input);
  }
}

/**
 * Maximum number of repositories to try. The response for a stream that was deleted since it was listed does not show
 * the mode.
 */
const MAX_REPOSITORIES = 3;

async function probeLayerLink(
  registry: Registry,
  { repositories, randomDigest, signal }: RegistryCheckInput,
): Promise<void> {
  const candidates = repositories.slice(0, MAX_REPOSITORIES);
  for (const [index, repository] of candidates.entries()) {
    try {
      await registry.deleteLayerLink(repository, randomDigest(), { signal });
      return;
    } catch (error) {
      const isUnclear = hasCode(error, 'REGISTRY_ERROR');
      if (!isUnclear || index === candidates.length - 1) throw error;
    }
  }
}

/** A proxy can replace the response of a registry in read-only mode by the one of a registry that deletes nothing. */
async function explained(error: unknown, { cluster, signal }: RegistryCheckInput): Promise<unknown> {
  if (hasCode(error, 'REGISTRY_DELETE_DISABLED') && (await cluster.isSetReadOnly?.(signal)))
    return new RegadmError("405 UNSUPPORTED, and spec.readOnly of the operator's config is true", {
      code: 'REGISTRY_READ_ONLY',
      suggestions: [ADVICE.endReadOnly],
      cause: error,
    });
  return explainLoginRefusal(error, (permission) => cluster.reviewAccess(permission, signal));
}

/** Replaces the check that failed, and marks those that depend on it as not checked. */
function withFailure(checks: PreflightCheck[], error: unknown, { mayDelete }: RegistryCheckInput): PreflightCheck[] {
  const name = (error instanceof RegadmError && CHECK_OF_ERROR[error.code]) || 'registry';
  const failed = failedWith(name, error);
  if (name === 'token' && mayDelete && hasCode(error, 'REGISTRY_UNAUTHORIZED'))
    failed.message += '; the API server allows this user to delete images, so the token is the likely cause';
  if (name === 'mode') failed.message = `the registry is in read-only mode; nothing was changed (${failed.message})`;
  return checks.map((check) => {
    if (check.name === name) return failed;
    return isKnownDespite(name, check.name) ? check : notChecked(check.name, 'the check before it failed');
  });
}

/** True if the failure of one check shows that another one passed. */
function isKnownDespite(failed: PreflightName, name: PreflightName): boolean {
  if (name === 'registry') return true;
  if (name === 'token') return failed !== 'registry';
  return name === 'deletion' && failed === 'mode';
}

function noneChecked(why: string): PreflightCheck[] {
  return REGISTRY_CHECKS.map((name) => notChecked(name, why));
}
