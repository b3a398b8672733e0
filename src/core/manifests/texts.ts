import { ADVICE } from '../model/advice.js';
import type { Failure } from '../model/document.js';
import { RegadmError, hasCode, messageOf } from '../model/errors.js';
import type { ImageView, SnapshotView, UnreadManifest } from '../model/table/snapshot.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import { isRefusal, RegistryError } from '../registry/error.js';
import { counted } from '../model/values/counted.js';

/** Manifests that are not read, although they may name a subject, and whose images are not kept for it. */
export interface NotRead {
  /** Those that the user is not allowed to pull: the pruner role does not allow it. */
  readonly denied: Denied;
  /** Artifacts (image numbers) that no repository of this registry has, so that their manifests are not requested. */
  readonly elsewhere: readonly number[];
  /** Images (numbers) whose manifests the registry does not have; empty if it has served any manifest. */
  readonly unknown: readonly number[];
}

/** What a user who is not allowed to pull cannot read. */
interface Denied {
  /** Number of manifests. */
  manifests: number;
  /** Repositories from which the user may not pull, in the order of requests. */
  readonly repositories: Set<RepositoryName>;
  /** The error of the first of these. */
  error?: unknown;
}

const ATTACHED = 'signatures, attestations and SBOMs that only their manifests attach to an image';
const RUN_AGAIN = 'make the registry reachable, and run again';

/** What to do about a manifest that the registry should be able to serve. */
const LOST_MANIFEST =
  'if the registry has lost the manifest, delete the tags that list the image, or the image; otherwise look into the log of the registry and run again';

/** Returns what to do about a registry that is not available: to ignore it only if there is none. */
export function remedyOf(error: unknown): string {
  if (hasCode(error, 'REGISTRY_REMOVED')) return ADVICE.apiObjectsOnly;
  const suggestions = error instanceof RegadmError ? error.suggestions : [];
  return suggestions.find((suggestion) => suggestion !== ADVICE.apiObjectsOnly) ?? RUN_AGAIN;
}

/** Returns what to do about a manifest that a registry which answers did not serve. */
export function remedyForUnserved(error: unknown): string {
  if (!(error instanceof RegistryError)) return LOST_MANIFEST;
  if (isRefusal(error.status)) return remedyOf(error);
  // Only an error of the storage has a remedy of its own.
  const [first = ADVICE.registryLog] = error.suggestions;
  return first === ADVICE.registryLog ? LOST_MANIFEST : first;
}

/** Returns the warning for a cluster without a registry: nobody can read manifests or pull images. */
export function noRegistry(error: unknown): string {
  return `manifests cannot be read; ${ATTACHED} are not kept with it: ${messageOf(error)}`;
}

/** Returns the warning for a dry run that cannot ask the registry for this number of manifests. */
export function notInDryRun(count: number, error: Error): string {
  return `manifests cannot be read without the registry (${count}); ${ATTACHED} that is kept can be in this plan; with --confirm, the run stops without the registry; ${remedyOf(error)}`;
}

/** Returns the warning for answers without manifests. */
export function notInAnswers(error: Error): string {
  return `manifests cannot be read; the answers do not consider ${ATTACHED}: ${messageOf(error)}; ${remedyOf(error)}`;
}

/** Minimum number of manifests, of which the registry has none, that suggest the registry of another cluster. */
const MIN_UNKNOWN = 3;

/** Describes what could not be read and is not kept, with the remedy. */
export function notReadWarnings(
  { denied, elsewhere, unknown }: NotRead,
  images: Pick<ImageView, 'nameText'>,
): string[] {
  const [first, ...others] = denied.repositories;
  const where =
    others.length > 0 ? `${first} and ${counted(others.length, 'more repository', 'more repositories')}` : first;
  return [
    ...(denied.manifests === 0
      ? []
      : [
          `manifests cannot be read; ${ATTACHED} are not kept with it: ${messageOf(denied.error)} (${counted(denied.manifests, 'manifest')}, in ${where}); grant the user a role that allows pulling: oc adm policy add-cluster-role-to-user registry-viewer USER, or for one namespace: oc policy add-role-to-user system:image-puller USER -n NAMESPACE`,
        ]),
    ...(unknown.length < MIN_UNKNOWN
      ? []
      : [
          `the registry has none of the ${unknown.length} manifests that were requested (first: image ${images.nameText(unknown[0]!)}); ${ATTACHED} are not kept with it; check that this is the registry of this cluster (--registry-url)`,
        ]),
    ...(elsewhere.length === 0
      ? []
      : [
          `manifests of ${elsewhere.length} imported images are not read, because this registry would fetch them from others (first: image ${images.nameText(elsewhere[0]!)}); ${ATTACHED} are not kept with it; name those to keep in the file of --protect`,
        ]),
  ];
}

/** Maximum number of failures that name images one by one. */
const LISTED = 20;

/** Returns the manifests that could not be read as failures, because their images are kept; with the remedy. */
export function unreadManifestFailures({
  unreadManifests,
  digests,
}: Pick<SnapshotView, 'unreadManifests' | 'digests'>): (Failure & { suggestions: string[] })[] {
  const groups = [...groupByProblem(unreadManifests)];
  const failures = groups.slice(0, LISTED).map(([{ problem, remedy }, [first = -1, ...others]]) => {
    const image = `image ${digests.text(first)}`;
    return others.length === 0
      ? {
          target: `manifest of ${image}`,
          message: `${problem}; the image and its tag items are kept, because it may belong to an image that is kept`,
          suggestions: [remedy],
        }
      : {
          target: `manifests of ${others.length + 1} images (first: ${image})`,
          message: `${problem}; the images and their tag items are kept, because they may belong to images that are kept`,
          suggestions: [remedy],
        };
  });
  const more = groups.slice(LISTED).reduce((sum, [, images]) => sum + images.length, 0);
  if (more === 0) return failures;
  const rest = { target: `manifests of ${more} more images`, message: 'they cannot be read; the images are kept' };
  return [...failures, { ...rest, suggestions: [LOST_MANIFEST] }];
}

/** Returns the same as warnings. */
export function unreadManifestWarnings(snapshot: Pick<SnapshotView, 'unreadManifests' | 'digests'>): string[] {
  return unreadManifestFailures(snapshot).map(
    ({ target, message, suggestions }) => `${target}: ${message}; ${suggestions.join('; ')}`,
  );
}

/** Collects the images (digest numbers) that have the same problem: the registry is not available for any of them. */
function groupByProblem(unread: SnapshotView['unreadManifests']): Map<UnreadManifest, number[]> {
  const groups = new Map<UnreadManifest, number[]>();
  for (const [image, manifest] of unread) {
    const known = groups.get(manifest);
    if (known) known.push(image);
    else groups.set(manifest, [image]);
  }
  return groups;
}
